import CMicrohttpd
import HTTPMessages

extension Exchange {
    /// The head is complete: checks it, and decides how the body is taken.
    func begin(_ method: UnsafePointer<CChar>) {
        guard let handle else { return }
        let configuration = server.configuration
        var head = RequestHead(handle, method: method)
        let length = head.bodyLength
        answer.leavesInput = length != 0
        connection.clock = .stopped
        if shim_mhd_header_size(handle) > configuration.maximumHeaderBytes {
            return refuse(.headerFieldsTooLarge, "The request's head is too large.")
        }
        if let fault = head.fault { return refuse(.badRequest, fault) }
        do {
            head.target = try RequestTarget(target)
        } catch {
            return refuse(.badRequest, error.detail)
        }
        if let length, length > configuration.maximumBodyBytes {
            return refuse(.contentTooLarge, "The request's body is too large.")
        }
        answer.leavesInput = false
        self.head = head
        guard let length, length > configuration.eagerBodyBytes else {
            phase = .collecting
            upload.reserve(length ?? 0)
            if length != 0 { connection.clock = .body(0) }
            return
        }
        phase = .offered
        suspend()
        start(.exchange(self))
    }

    /// Answers a request that its handler never sees.
    func refuse(_ status: HTTPStatus, _ detail: String) { send(server.configuration.refusal(status, detail)) }
}
