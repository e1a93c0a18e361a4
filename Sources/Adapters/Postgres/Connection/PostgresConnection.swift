import CLibpq
import EventLoop

/// One session with the server, bound to one loop, in libpq's pipeline mode.
///
/// Callers do not wait for one another: their commands are sent at the end of the loop's turn and answered in order.
/// Each statement has a synchronisation point of its own, so that a statement that fails does not affect the next.
/// After a transaction nothing is sent until its outcome is known. `PostgresConnectionStateMachine` decides all that.
/// The async functions can be called from any thread, the others on the loop's thread only.
///
/// The server's warnings and notices are dropped, since the server keeps its own log.
package final class PostgresConnection: @unchecked Sendable {
    let loop: EventLoop
    /// Nil once the connection is gone.
    private(set) var raw: OpaquePointer?
    private var watcher: DescriptorWatcher?
    private var cache = StatementCache(limit: 256)
    private var parameters = ParameterBuffer()
    private var machine = PostgresConnectionStateMachine(limit: PostgresConnection.maximumPending)
    private var isFlushPlanned = false
    private lazy var plannedFlush: () -> Void = { [weak self] in
        self?.isFlushPlanned = false
        self?.flush()
    }
    /// The reason that the server gave before it closed the connection.
    private var farewell: PostgresError?
    var exclusive = ExclusiveWaiters()
    var listeners = NotificationListeners()

    /// The number of callers that may wait on one connection. Further ones get `poolExhausted`.
    package static let maximumPending = 16_384

    /// Runs once, on the loop, when the connection is gone, for whatever reason.
    package var onClose: (() -> Void)?

    /// Takes over `raw`, which is connected, non-blocking and in pipeline mode.
    init(_ raw: OpaquePointer, loop: EventLoop) throws(EventLoopError) {
        self.loop = loop
        self.raw = raw
        let watcher = try DescriptorWatcher(on: loop, descriptor: PQsocket(raw)) { [weak self] events in
            guard let self else { return }  // held, since the first of the two calls may drop the last reference
            if events.contains(.readable) { read() }
            flush()
        }
        watcher.watch(.readable)
        self.watcher = watcher
        PQsetNoticeReceiver(
            raw,
            { me, result in
                // Called from inside libpq's functions, which only this object calls. libpq frees the result.
                guard let me, let result else { return }
                Unmanaged<PostgresConnection>.fromOpaque(me).takeUnretainedValue().notice(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        guard let raw else { return }
        let (watcher, owned) = (watcher, OwnedConnection(raw: raw))
        loop.onLoop { owned.finish(watcher) }
    }

    package var isOpen: Bool { raw != nil }

    /// Whether no command waits or is in flight, and no transaction is open.
    package var isIdle: Bool {
        machine.isIdle && PQtransactionStatus(raw) == PQTRANS_IDLE
    }

    /// Ends the session at once. Callers that still wait get the error `closed`.
    package func close() {
        end(PostgresError(.closed, call: "close", message: "the connection was closed here"))
    }

    // MARK: sending

    func submit(_ command: PostgresCommand) {
        if let refusal = machine.submit(command) { return command.settle(.failure(refusal)) }
        pump()
    }

    /// Sends what may be sent now.
    private func pump() {
        while true {
            switch machine.next() {
            case .none: return
            case .drop(let command): command.settle()
            case .grant(let command): grant(command)
            case .send(let command): send(command)
            }
        }
    }

    private func send(_ command: PostgresCommand) {
        switch command.work {
        case .statement(let statement): send { add(statement, .statement(index: 0), to: command) }
        case .housekeeping(let sql): send { add(PostgresStatement(sql), .control(index: 0), to: command) }
        case .transaction(let statements):
            send {
                guard add("BEGIN", .control(index: 0), to: command) else { return false }
                for (index, statement) in statements.enumerated() {
                    guard add(statement, .statement(index: index), to: command) else { return false }
                }
                return add("COMMIT", .control(index: statements.count), to: command)
            }
        case .exclusive, .lease: break  // never sent
        }
    }

    /// Has `body` queue the statements, and adds the synchronisation point.
    private func send(_ body: () -> Bool) {
        // "PQsendPipelineSync … is not flushed": many commands of one turn share one write.
        guard body(), PQsendPipelineSync(raw) == 1 else { return broken("PQsendQueryPrepared") }
        planFlush()
    }

    /// Queues one statement in libpq. Returns false if the connection is unusable.
    private func add(_ statement: PostgresStatement, _ step: PostgresCommand.Step, to command: PostgresCommand) -> Bool
    {
        if let name = cache.evict() {
            command.steps.append(.close)
            guard PQsendClosePrepared(raw, name) == 1 else { return false }
        }
        parameters.encode(statement.parameters)
        let use = cache.use(statement.sql)
        if case .prepare = use { command.steps.append(.prepare(sql: statement.sql)) }
        command.steps.append(step)
        let raw = raw
        return parameters.withPointers { count, types, values, lengths, formats in
            switch use {
            case .ready(let name):
                return PQsendQueryPrepared(raw, name, count, values, lengths, formats, 0) == 1
            case .prepare(let name):
                return PQsendPrepare(raw, name, statement.sql, count, types) == 1
                    && PQsendQueryPrepared(raw, name, count, values, lengths, formats, 0) == 1
            case .unnamed:
                return PQsendQueryParams(raw, statement.sql, count, types, values, lengths, formats, 0) == 1
            }
        }
    }

    func planFlush() {
        guard !isFlushPlanned else { return }
        isFlushPlanned = true
        loop.atEndOfTurn(plannedFlush)
    }

    private func flush() {
        guard let raw else { return }
        switch PQflush(raw) {
        case 0:
            watcher?.watch(.readable)
            exclusive.flushed()
        case 1: watcher?.watch([.readable, .writable])
        default: broken("PQflush")
        }
    }

    // MARK: receiving

    private func read() {
        guard let raw else { return }
        guard PQconsumeInput(raw) == 1 else { return broken("PQconsumeInput") }
        takeResults()
        takeNotifications()
        exclusive.arrived()
    }

    private func takeResults() {
        while let raw, let command = machine.answering, PQisBusy(raw) == 0 {
            guard let result = PQgetResult(raw) else {
                // Nil is the end of one step. Twice in a row it means that the connection is gone.
                guard command.endStep() else { return }
                continue
            }
            let storage = ResultStorage(result)
            switch storage.status {
            case PGRES_PIPELINE_SYNC:
                complete()
            case let status:
                let isAborted = status == PGRES_PIPELINE_ABORTED
                command.receive(storage, isAborted: isAborted)
                if case .prepare(let sql) = command.step { cache.finished(sql, status == PGRES_COMMAND_OK) }
            }
        }
        if let raw, machine.answering == nil { exclusive.takeResult(raw) }
    }

    private func complete() {
        let command = machine.completed(
            hasFailedTransaction: hasFailedTransaction, onStalePlan: { self.cache.removeAll() })
        pump()
        command?.settle()
    }

    private var hasFailedTransaction: Bool { PQtransactionStatus(raw) == PQTRANS_INERROR }

    private func takeNotifications() {
        while let raw, let notification = PQnotifies(raw) {
            defer { PQfreemem(notification) }
            let value = notification.pointee
            listeners.deliver(
                PostgresNotification(
                    channel: String(cString: value.relname), payload: String(cString: value.extra), sender: value.be_pid
                ))
        }
    }

    // MARK: exclusive use

    private func grant(_ command: PostgresCommand) {
        guard PQexitPipelineMode(raw) == 1 else { return command.settle(.failure(brokenError("PQexitPipelineMode"))) }
        command.finish(.success([]))
    }

    /// Back to pipeline mode. Every result of the exclusive use has been taken.
    func endExclusive() {
        guard raw != nil else { return }
        guard PQenterPipelineMode(raw) == 1 else { return broken("PQenterPipelineMode") }
        machine.released(hasFailedTransaction: hasFailedTransaction)
        pump()
    }

    // MARK: the end

    private func notice(_ result: OpaquePointer) {
        guard let severity = PQresultErrorField(result, warelog_pq_severity()), String(cString: severity) == "FATAL"
        else { return }
        let state = PQresultErrorField(result, warelog_pq_sqlstate()).map { String(cString: $0) }
        let message = PQresultErrorField(result, warelog_pq_primary_message()).map { String(cString: $0) }
        farewell = PostgresError(.connectionLost, call: "PQconsumeInput", sqlState: state, message: message ?? "")
    }

    func broken(_ call: String) {
        guard raw != nil else { return }
        let message = firstLine(PQerrorMessage(raw))
        watcher?.close()  // libpq has closed the descriptor, or will close it
        watcher = nil
        takeResults()  // the results that came before the end are valid
        takeNotifications()
        end(farewell ?? PostgresError(.connectionLost, call: call, message: message))
    }

    private func end(_ error: PostgresError) {
        guard let unanswered = machine.close() else { return }
        let ended = raw
        raw = nil
        watcher?.close()
        watcher = nil
        PQfinish(ended)
        for command in unanswered.inFlight { command.settle(.failure(command.error ?? error.afterSending)) }
        for command in unanswered.waiting { command.settle(.failure(error)) }
        exclusive.fail(error.afterSending)
        listeners.finish()
        let onClose = onClose
        self.onClose = nil
        onClose?()
    }
}

extension PostgresError {
    /// The same error for a command that had been sent.
    fileprivate var afterSending: PostgresError {
        PostgresError(
            kind, call: call, sqlState: sqlState, message: message, constraint: constraint, mayHaveTakenEffect: true)
    }
}
