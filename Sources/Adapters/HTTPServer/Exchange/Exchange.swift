import CMicrohttpd
import HTTPMessages

/// One request and its response, between libmicrohttpd's callbacks and the task that handles it. For the loop's thread
/// only, except for the methods that say otherwise.
///
/// libmicrohttpd calls its access callback when the head is there, for each piece of the body, and when everything is
/// there. A response can be queued at the first and at the last of these. While it is not to call, the connection is
/// suspended.
final class Exchange: @unchecked Sendable {
    let connection: Connection
    let target: String
    /// Which state the exchange is in, and what each event does to it.
    var machine = ExchangeStateMachine()
    /// libmicrohttpd's; nil once it has said that the exchange is over.
    private(set) var handle: OpaquePointer?
    private(set) var isSuspended = false
    var head: RequestHead?
    /// The handler's request, until its task takes it.
    var request: HTTPRequest?
    var requestBody = RequestBodyBuffer()
    var responseBody = ResponseBodyBuffer()
    /// The response that is sent when the rest of the body has been thrown away.
    var deferredResponse: HTTPResponse?
    /// The end of a response that was written to the socket, as far as the socket did not take it at once.
    var unsent: ArraySlice<UInt8> = []
    /// Set and cleared by the task itself, on the loop: while it is set, the task lives.
    var task: UnsafeCurrentTask?

    init(_ connection: Connection, handle: OpaquePointer, target: String) {
        self.connection = connection
        self.handle = handle
        self.target = target
        connection.server.exchanges += 1
    }

    var server: HTTPServer { connection.server }

    /// libmicrohttpd has nothing to hand over for this request. Returns false to close the connection.
    func proceed(_ method: UnsafePointer<CChar>) -> Bool {
        switch machine.called() {
        case .none: break
        case .begin: begin(method)
        case .start:
            start(.bytes(requestBody.takeAll()))
            server.unanswered.append(self)
        case .readBody: connection.clock = .body(0)
        case .endBody:
            connection.clock = .stopped
            requestBody.finish(.success(nil))
            server.unanswered.append(self)
        case .suspend: suspend()
        case .send:
            if let response = deferredResponse.take() { queue(response) }
        case .close: return false
        }
        return true
    }

    /// Hands the request to its handler.
    func start(_ source: HTTPRequestBody.Source) {
        guard let head, let target = head.target else { return }
        self.head = nil
        let length = if case .bytes(let bytes) = source { bytes.count } else { head.bodyLength }
        request = HTTPRequest(
            method: head.method, target: target, headers: head.headers, remoteAddress: connection.address,
            body: HTTPRequestBody(declaredLength: length, source: source), exchange: self)
        connection.clock = machine.isStreaming ? .body(0) : .stopped
        server.enqueue(self)
    }

    /// The request is over for libmicrohttpd: answered and sent, or the connection is lost.
    func completed() {
        handle = nil
        isSuspended = false
        server.exchanges -= 1
        connection.exchange = nil
        connection.served += 1
        connection.clock = .head(0)
        let leavesInput = machine.completed()
        deferredResponse = nil
        requestBody.finish(.failure(.connectionLost))
        responseBody.abandon()
        task?.cancel()
        if leavesInput { server.linger(connection, output: unsent) }
        server.exchangeEnded()
    }

    // MARK: suspension

    /// libmicrohttpd leaves the connection alone from now on.
    func suspend() {
        guard let handle, !isSuspended else { return }
        isSuspended = true
        MHD_suspend_connection(handle)
    }

    /// libmicrohttpd looks at the connection again, in the loop's next turn.
    func resume() {
        server.needsTurn = true
        guard let handle, isSuspended else { return }
        isSuspended = false
        MHD_resume_connection(handle)
    }

    /// Makes libmicrohttpd read on while a body comes, though it has read less than it asked for. It waits for the next
    /// event then, and the end of the stream has none of its own when it came with the last bytes (seen with 1.0.1 and
    /// epoll, which it uses edge-triggered): the connection would be kept until its idle timeout.
    func lookAgain() {
        guard machine.isReadingBody else { return }
        suspend()
        resume()
    }

    // MARK: the client

    /// The client has closed its side. It may be waiting for the response all the same (RFC 9112 section 9.6).
    func inputEnded() {
        machine.inputEnded()
        if !isSuspended { lookAgain() }
    }

    /// The client has reset the connection, and nobody waits for the response.
    func reset() {
        let mustResume = machine.reset()
        requestBody.finish(.failure(.connectionLost))
        task?.cancel()
        responseBody.abandon()
        if mustResume { resume() }
    }
}
