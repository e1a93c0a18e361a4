import Base
package import EventLoop

/// A client with one pipelined connection on one loop. It reconnects with a jittered back-off when the connection is
/// lost.
///
/// Without a connection, commands fail at once with `unavailable`: none is queued until there is one. A command ends
/// with its reply, its timeout or its connection, so that its time is bounded without cancellation. The async functions
/// can be called from any thread.
package final class RedisClient: @unchecked Sendable {
    private let configuration: RedisConfiguration
    private let loop: EventLoop
    private let states = RedisConnectionStates()
    // The properties below are used on the loop's thread only.
    private var phase = Phase.idle
    private var backoff = Backoff(initial: .milliseconds(20), maximum: .seconds(2))
    private var attempts = 0
    private var timer: Timer?
    private var lastError = RedisError(.unavailable, message: "not connected yet")
    private var closing: [UnsafeContinuation<Void, Never>] = []

    private enum Phase {
        case idle
        /// The host is being looked up, or the next attempt is due later.
        case waiting
        case connecting(RedisConnection)
        case ready(RedisConnection)
        case closing(RedisConnection)
        case closed
    }

    package init(_ configuration: RedisConfiguration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    deinit {
        states.finish()
        switch phase {
        case .connecting(let connection), .ready(let connection), .closing(let connection):
            loop.onLoop { connection.abort(RedisError(.closed, message: "the client has gone")) }
        case .idle, .waiting, .closed: break
        }
    }

    /// Connects, and reconnects whenever the connection is lost. `connectionStates` tells whether there is one.
    package func start() {
        loop.onLoop {
            guard case .idle = self.phase else { return }
            self.connect()
        }
    }

    /// Refuses new commands, waits for the replies to those in flight (for `commandTimeout` at most), and closes.
    package func close() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            loop.onLoop { self.beginClosing(continuation) }
        }
    }

    package var isConnected: Bool { states.isConnected }

    /// Whether there is a connection, now and after every change. A slow reader sees only the newest state: each `true`
    /// after the first means that there was a time without a connection. The stream ends with the client.
    package func connectionStates() -> AsyncStream<Bool> { states.stream() }

    /// Sends one command and returns its reply. Throws if the reply is an error.
    package func command(_ arguments: [RedisArgument]) async throws(RedisError) -> RedisValue {
        let result: Result<RedisValue, RedisError> = await withUnsafeContinuation { continuation in
            if loop.isCurrent {
                send(arguments, continuation)
            } else {
                loop.execute { self.send(arguments, continuation) }
            }
        }
        return try result.get()
    }

    /// Runs a script by its digest, or by its source if the server does not know it.
    package func evaluate(
        _ script: RedisScript, keys: [RedisArgument], arguments: [RedisArgument] = []
    ) async throws(RedisError) -> RedisValue {
        let operands = [.int(Int64(keys.count))] + keys + arguments
        let digest = try await digest(of: script)
        do throws(RedisError) {
            return try await command(["EVALSHA", .string(digest)] + operands)
        } catch {
            guard error.code == "NOSCRIPT" else { throw error }
            return try await command(["EVAL", .string(script.source)] + operands)
        }
    }

    private func digest(of script: RedisScript) async throws(RedisError) -> String {
        if let known = script.knownDigest { return known }
        guard let digest = try await command(["SCRIPT", "LOAD", .string(script.source)]).text else {
            throw RedisError(.invalid, message: "SCRIPT LOAD gave no digest")
        }
        script.learn(digest)
        return digest
    }

    private func send(_ arguments: [RedisArgument], _ continuation: PendingCommand.Continuation) {
        guard case .ready(let connection) = phase else {
            let kind: RedisError.Kind = lastError.kind == .closed ? .closed : .unavailable
            return continuation.resume(returning: .failure(RedisError(kind, message: lastError.message)))
        }
        connection.send(arguments, continuation)
    }

    // MARK: the connection's life

    private func connect() {
        phase = .waiting
        let start = ContinuousClock.now
        // hiredis would look up the name itself, and block the loop meanwhile.
        loop.resolve(configuration.host) { [weak self] result in
            guard let self, case .waiting = phase else { return }
            switch result {
            case .success(let addresses): open(addresses, configuration.connectTimeout - (ContinuousClock.now - start))
            case .failure(let error): retry(RedisError(.unavailable, message: "\(error)"))
            }
        }
    }

    private func open(_ addresses: [String], _ timeLeft: Duration) {
        let address = addresses[attempts % addresses.count]  // the resolver returns at least one
        attempts &+= 1
        do throws(RedisError) {
            let connection = try RedisConnection(
                configuration, address: address, handshakeTimeout: timeLeft, loop: loop)
            connection.onReady = { [weak self, unowned connection] in self?.becameReady(connection) }
            connection.onEnd = { [weak self] error in self?.ended(error) }
            phase = .connecting(connection)
        } catch {
            retry(error)
        }
    }

    private func becameReady(_ connection: RedisConnection) {
        guard case .connecting = phase else { return }
        phase = .ready(connection)
        backoff.reset()
        states.set(true)
    }

    private func ended(_ error: RedisError) {
        states.set(false)
        if case .closing = phase { return becameClosed() }
        retry(error)
    }

    private func retry(_ error: RedisError) {
        phase = .waiting
        lastError = error
        do throws(EventLoopError) {
            if timer == nil {
                timer = try Timer(on: loop) { [weak self] in
                    guard let self, case .waiting = phase else { return }
                    connect()
                }
            }
            timer?.start(after: backoff.next())
        } catch {
            lastError = RedisError(.unavailable, message: "\(error)")
            becameClosed()  // a loop without timers is closing
        }
    }

    private func beginClosing(_ continuation: UnsafeContinuation<Void, Never>) {
        closing.append(continuation)
        lastError = RedisError(.closed, message: "the client was closed")
        states.set(false)
        switch phase {
        case .ready(let connection), .connecting(let connection):
            phase = .closing(connection)
            connection.finish()
        case .closing: break
        case .idle, .waiting, .closed: becameClosed()
        }
    }

    private func becameClosed() {
        phase = .closed
        timer?.close()
        timer = nil
        states.finish()
        for continuation in closing { continuation.resume() }
        closing = []
    }
}
