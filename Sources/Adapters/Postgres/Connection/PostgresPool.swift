import Base
package import EventLoop

/// Up to `size` connections on one loop, each opened when it is needed.
///
/// A connection serves one caller at a time. Callers that find none free wait in order. At most `maximumWaiting` wait,
/// and the next gets `poolExhausted`. `deadline` covers the wait for a connection and for the answer together. While
/// the database is away, callers get the error of the last attempt at once, and the attempts are spaced by a jittered
/// back-off.
///
/// If a caller leaves before its answer has come, the connection waits for the answer. If the answer does not come
/// within another `deadline`, the connection is closed. The sessions' `statement_timeout` is the deadline, unless the
/// configuration has one.
package final class PostgresPool: @unchecked Sendable {
    /// The longest time between two attempts to connect. It is short, because callers with a back-off of their own come
    /// after it; an attempt that fails costs Postgres next to nothing.
    package static let longestPause = Duration.milliseconds(250)

    private let configuration: PostgresConfiguration
    private let loop: EventLoop
    private let size: Int
    private let maximumWaiting: Int
    private let deadline: Duration
    // Everything below on the loop's thread only.
    private var open: [ObjectIdentifier: PostgresConnection] = [:]
    private var idle: [PostgresConnection] = []
    private var opening: [ObjectIdentifier: PostgresConnector] = [:]
    private var watchdogs: [ObjectIdentifier: Timer] = [:]
    private var waiting = FIFO<PostgresCommand>()
    private var backoff = Backoff(initial: .milliseconds(50), maximum: longestPause)
    private var pause: Timer?
    private var lastFailure: PostgresError?
    private var isClosed = false
    private var closing: [UnsafeContinuation<Void, Never>] = []

    package init(
        _ configuration: PostgresConfiguration, loop: EventLoop, size: Int, maximumWaiting: Int,
        deadline: Duration = .seconds(5)
    ) {
        var configuration = configuration
        configuration.statementTimeout = configuration.statementTimeout ?? deadline
        self.configuration = configuration
        self.loop = loop
        self.size = size
        self.maximumWaiting = maximumWaiting
        self.deadline = deadline
    }

    /// Does the same as `PostgresConnection.query`, on a connection that is free; `deadline` replaces the pool's.
    package func query(
        _ sql: String, _ parameters: [PostgresValue] = [], deadline: Duration? = nil
    ) async throws(PostgresError) -> PostgresResult {
        try await PostgresCommand.query(PostgresStatement(sql, parameters), within: deadline ?? self.deadline, run)
    }

    /// Does the same as `PostgresConnection.transaction`, on a connection that is free; `deadline` replaces the pool's.
    package func transaction(
        _ statements: [PostgresStatement], deadline: Duration? = nil
    ) async throws(PostgresError) -> [PostgresResult] {
        try await PostgresCommand.transaction(statements, within: deadline ?? self.deadline, run)
    }

    /// Lends a connection to `body`. `deadline` covers the wait for it. If `body` leaves a transaction open or an
    /// answer outstanding, the connection is closed and not used again.
    package func withConnection<Value>(
        deadline: Duration? = nil, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let command = PostgresCommand(.lease)
        _ = try await run(command, within: deadline ?? self.deadline)
        guard let connection = command.connection else { throw PostgresError.noResult }
        defer { loop.onLoop { self.release(connection) } }
        return try await body(connection)
    }

    /// Refuses new callers and those that wait for a connection, and returns when the commands in flight are done.
    package func close() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            loop.onLoop { self.beginClosing(continuation) }
        }
    }

    private func run(
        _ command: PostgresCommand, within deadline: Duration?
    ) async throws(PostgresError) -> [PostgresResult] {
        try await command.outcome(within: deadline, on: loop, submit)
    }

    // MARK: callers

    private func submit(_ command: PostgresCommand) {
        if isClosed { return refuse(command, .closed, "the pool is closed") }
        if let connection = idle.popLast() { return assign(connection, to: command) }
        if open.isEmpty, pause != nil, let lastFailure { return command.finish(.failure(lastFailure)) }
        if waiting.count >= maximumWaiting { waiting.removeAll(where: \.isFinished) }
        guard waiting.count < maximumWaiting else {
            return refuse(command, .poolExhausted, "\(maximumWaiting) callers wait for one of \(size) connections")
        }
        waiting.append(command)
        openIfNeeded()
    }

    private func refuse(_ command: PostgresCommand, _ kind: PostgresError.Kind, _ message: String) {
        command.finish(.failure(PostgresError(kind, call: "pool", message: message)))
    }

    private func assign(_ connection: PostgresConnection, to command: PostgresCommand) {
        if case .lease = command.work {
            command.connection = connection
            return command.finish(.success([]))
        }
        command.onSettled = { [unowned self, unowned connection] in release(connection) }
        command.onAbandoned = { [unowned self, unowned connection] in watch(connection) }
        connection.submit(command)
    }

    private func release(_ connection: PostgresConnection) {
        watchdogs.removeValue(forKey: ObjectIdentifier(connection))?.close()
        guard connection.isOpen else { return }  // `lost` has removed it
        guard !isClosed, connection.isIdle else { return connection.close() }
        idle.append(connection)
        serve()
    }

    private func serve() {
        while let command = waiting.first {
            if !command.isFinished {
                guard let connection = idle.popLast() else { break }
                waiting.popFirst()
                assign(connection, to: command)
            } else {
                waiting.popFirst()
            }
        }
        openIfNeeded()
    }

    /// The caller has left. Closes the connection unless the answer comes within another deadline.
    private func watch(_ connection: PostgresConnection) {
        do throws(EventLoopError) {
            let watchdog = try Timer(on: loop) { [unowned connection] in connection.close() }
            watchdog.start(after: deadline)
            watchdogs[ObjectIdentifier(connection)] = watchdog
        } catch {
            connection.close()  // without a timer it would stay for ever
        }
    }

    // MARK: connections

    private func openIfNeeded() {
        guard !isClosed, pause == nil else { return }
        while opening.count < waiting.count, open.count + opening.count < size {
            let connector = PostgresConnector(configuration, loop: loop)
            let id = ObjectIdentifier(connector)
            opening[id] = connector
            connector.start { [unowned self] result in
                opening[id] = nil
                switch result {
                case .success(let connection): opened(connection)
                case .failure(let error): failed(error)
                }
            }
        }
    }

    private func opened(_ connection: PostgresConnection) {
        backoff.reset()
        guard !isClosed else { return connection.close() }
        open[ObjectIdentifier(connection)] = connection
        connection.onClose = { [unowned self, unowned connection] in lost(connection) }
        idle.append(connection)
        serve()
    }

    private func failed(_ error: PostgresError) {
        guard !isClosed else { return finishClosing() }
        lastFailure = error
        if pause == nil {
            do throws(EventLoopError) {
                let pause = try Timer(on: loop) { [unowned self] in
                    self.pause?.close()
                    self.pause = nil
                    serve()
                }
                pause.start(after: backoff.next())
                self.pause = pause
            } catch {
                // Without a timer there is no pause, and the next caller tries at once.
            }
        }
        guard open.isEmpty, opening.isEmpty else { return }  // another connection may serve those that wait
        for command in waiting.removeAll() { command.finish(.failure(error)) }
    }

    private func lost(_ connection: PostgresConnection) {
        open[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        watchdogs.removeValue(forKey: ObjectIdentifier(connection))?.close()
        if isClosed { finishClosing() } else { openIfNeeded() }
    }

    private func beginClosing(_ continuation: UnsafeContinuation<Void, Never>) {
        closing.append(continuation)
        isClosed = true
        pause?.close()
        pause = nil
        for command in waiting.removeAll() { refuse(command, .closed, "the pool is closed") }
        for connector in opening.values { connector.cancel() }
        for connection in idle { connection.close() }
        finishClosing()
    }

    private func finishClosing() {
        guard open.isEmpty, opening.isEmpty else { return }
        for continuation in closing { continuation.resume() }
        closing = []
    }
}
