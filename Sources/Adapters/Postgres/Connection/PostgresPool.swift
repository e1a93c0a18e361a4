import Base
import EventLoop

/// Up to `size` connections on one loop, opened when they are needed.
///
/// Each serves one caller at a time. Who finds none free waits, in order, at most `maximumWaiting` of them: the next
/// gets `poolExhausted`. `deadline` covers the waiting and the answer. When the database is away, callers get the error
/// of the last attempt at once, and further attempts are spaced by a jittered back-off.
///
/// A caller that goes before its answer leaves the connection to the answer; if that does not come in the same time
/// again, the connection is closed. The sessions' `statement_timeout` is the deadline, unless the configuration has one.
package final class PostgresPool: @unchecked Sendable {
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
    private var backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(2))
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

    /// As `PostgresConnection.query`, on a connection that is free; `deadline` instead of the pool's.
    package func query(
        _ sql: String, _ parameters: [PostgresValue] = [], deadline: Duration? = nil
    ) async throws(PostgresError) -> PostgresResult {
        let statement = PostgresStatement(sql, parameters)
        try statement.validate()
        let results = try await PostgresError.againWhenStale { () async throws(PostgresError) in
            try await self.run(PostgresCommand(.statement(statement)), deadline)
        }
        guard let result = results.first else { throw .noResult }
        return result
    }

    /// As `PostgresConnection.transaction`, on a connection that is free; `deadline` instead of the pool's.
    package func transaction(
        _ statements: [PostgresStatement], deadline: Duration? = nil
    ) async throws(PostgresError) -> [PostgresResult] {
        for statement in statements { try statement.validate() }
        return try await PostgresError.againWhenStale { () async throws(PostgresError) in
            try await self.run(PostgresCommand(.transaction(statements)), deadline)
        }
    }

    /// A connection for the time of `body`; `deadline` is for getting it. It is closed, not used again, when `body`
    /// leaves a transaction open or an answer outstanding.
    package func withConnection<Value>(
        deadline: Duration? = nil, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let command = PostgresCommand(.lease)
        _ = try await run(command, deadline)
        guard let connection = command.connection else { throw PostgresError.noResult }
        defer { loop.onLoop { self.release(connection) } }
        return try await body(connection)
    }

    /// Refuses new callers and those that wait for a connection, and returns when those at work are done.
    package func close() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            loop.onLoop { self.beginClosing(continuation) }
        }
    }

    private func run(_ command: PostgresCommand, _ deadline: Duration?) async throws(PostgresError) -> [PostgresResult]
    {
        let outcome: PostgresCommand.Outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                loop.onLoop {
                    guard command.begin(continuation, deadline ?? self.deadline, on: self.loop) else { return }
                    self.submit(command)
                }
            }
        } onCancel: {
            loop.onLoop { command.abandon(.cancelled, "cancelled") }
        }
        return try outcome.get()
    }

    // MARK: who gets what

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
        guard connection.isOpen else { return }  // `lost` has seen to it
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

    /// The caller has gone: the connection is given the same time once more.
    private func watch(_ connection: PostgresConnection) {
        do throws(EventLoopError) {
            let watchdog = try Timer(on: loop) { [unowned connection] in connection.close() }
            watchdog.start(after: deadline)
            watchdogs[ObjectIdentifier(connection)] = watchdog
        } catch {
            connection.close()  // without a clock, better now than never
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
                // No timer, no pause: the next caller tries at once.
            }
        }
        guard open.isEmpty, opening.isEmpty else { return }  // those who wait may yet be served
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
