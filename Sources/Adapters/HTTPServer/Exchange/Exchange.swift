import CMicrohttpd
import HTTPMessages

/// One request and its answer, between libmicrohttpd's callbacks and the task that handles it. Loop's thread only,
/// but for the methods that say otherwise.
///
/// libmicrohttpd asks its access callback what to do with a request when the head is there, for each piece of the body,
/// and when all is there; a response can be queued at the first and the last of these. While it should ask nothing, the
/// connection is suspended.
final class Exchange: @unchecked Sendable {
    enum Phase {
        /// The request line is there, the rest of the head is on its way.
        case head
        /// A short body, or the beginning of one in chunks, is collected before the handler starts.
        case collecting
        /// The handler runs; it has not asked for the body, of which nothing has been read.
        case offered
        /// The handler runs while the body comes.
        case streaming
        /// The whole request is there.
        case complete
    }

    let connection: Connection
    let target: String
    /// libmicrohttpd's, until it says that the exchange is over.
    private(set) var handle: OpaquePointer?
    private(set) var isSuspended = false
    var phase = Phase.head
    var head: RequestHead?
    /// The handler's request, until its task takes it.
    var request: HTTPRequest?
    var upload = Upload()
    var answer = Answer()
    var output = Output()
    /// Set and cleared by the task itself, on the loop: while it is set, the task lives.
    var task: UnsafeCurrentTask?

    init(_ connection: Connection, handle: OpaquePointer, target: String) {
        self.connection = connection
        self.handle = handle
        self.target = target
        connection.server.exchanges += 1
    }

    var server: HTTPServer { connection.server }

    /// Neither is the whole request there nor an answer given.
    var isAwaitingClient: Bool { phase != .complete && phase != .offered && !answer.isGiven }

    /// libmicrohttpd has nothing to read or write for this request; false closes the connection.
    func proceed(_ method: UnsafePointer<CChar>) -> Bool {
        guard !answer.mustClose else { return false }
        switch phase {
        case .head:
            begin(method)
        case .collecting:
            phase = .complete
            start(.bytes(upload.takeAll()))
        case .offered:
            // Resumed at the head, because the body is wanted: an answer would have been queued.
            phase = .streaming
            connection.clock = .body(0)
        case .streaming:
            phase = .complete
            connection.clock = .stopped
            upload.finish(.success(nil))
            if let deferred = answer.takeDeferred() {
                send(deferred)
            } else {
                server.unanswered.append(self)
            }
        case .complete:
            if !answer.isGiven { suspend() }
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
            body: HTTPRequestBody(declaredLength: length, source: source))
        connection.clock = phase == .streaming ? .body(0) : .stopped
        if phase == .complete { server.unanswered.append(self) }
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
        upload.finish(.failure(.connectionLost))
        output.abandon()
        task?.cancel()
        if answer.leavesInput { server.linger(connection, output: answer.unsent) }
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
        guard phase == .collecting || phase == .streaming, !answer.isGiven else { return }
        suspend()
        resume()
    }

    /// The client has closed its side, or all of it. A request that still waits to be read means that it may be
    /// listening; else whoever waits for an answer is taken to have gone.
    func peerHungUp() {
        guard isSuspended else { return lookAgain() }
        guard !Socket(descriptor: connection.descriptor).hasInput else { return }
        upload.finish(.failure(.connectionLost))
        task?.cancel()
        output.abandon()
        if answer.isGiven || phase == .streaming { resume() }
    }
}
