import CMicrohttpd
import HTTPMessages

extension Exchange {
    /// The head is complete: checks it, and decides how the body is taken.
    func begin(_ method: UnsafePointer<CChar>) {
        guard let handle else { return }
        let configuration = server.configuration
        var head = RequestHead(handle, method: method)
        let length = head.bodyLength
        connection.clock = .stopped
        if shim_mhd_header_size(handle) > configuration.maximumHeaderBytes {
            return refuse(.headerFieldsTooLarge, "The request's head is too large.", bodyLength: nil)
        }
        if let fault = head.framingFault { return refuse(.badRequest, fault, bodyLength: nil) }
        let unread = head.expectsContinue ? nil : length
        if let fault = head.fault { return refuse(.badRequest, fault, bodyLength: unread) }
        do {
            head.target = try RequestTarget(target)
        } catch {
            return refuse(.badRequest, error.detail, bodyLength: unread)
        }
        if let length, length > configuration.maximumBodyBytes {
            return refuse(.contentTooLarge, "The request's body is too large.", bodyLength: unread)
        }
        self.head = head
        let isCollected = machine.accepted(
            bodyLength: length, eager: configuration.eagerBodyBytes, expectsContinue: head.expectsContinue)
        guard isCollected else {
            suspend()
            return start(.exchange(self))
        }
        requestBody.reserve(length ?? 0)
        if length != 0 { connection.clock = .body(0) }
    }

    /// Answers a request that its handler never sees. `bodyLength` is nil when the connection cannot go on.
    private func refuse(_ status: HTTPStatus, _ detail: String, bodyLength: Int?) {
        carryOut(machine.refused(bodyLength: bodyLength), server.configuration.refusal(status, detail))
    }
}
