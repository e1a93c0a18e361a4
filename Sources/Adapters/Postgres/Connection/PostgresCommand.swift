import EventLoop

/// One unit of work that a caller waits for: a statement, a transaction, or exclusive use of a connection. For the
/// loop's thread only.
final class PostgresCommand: @unchecked Sendable {
    enum Work {
        case statement(PostgresStatement)
        case transaction([PostgresStatement])
        /// Exclusive use of the connection: out of pipeline mode, with nothing else in flight.
        case exclusive
        /// A connection of a pool, for as long as the caller needs it.
        case lease
        /// A statement of our own. Nobody waits for its result.
        case housekeeping(String)
    }

    /// A part of the command. The server answers the parts in order, each with results and an end.
    enum Step {
        case prepare(sql: String)
        /// A statement of the caller, who gets its results.
        case statement(index: Int)
        /// A statement of our own: BEGIN, COMMIT, housekeeping.
        case control(index: Int)
        case close
    }

    typealias Outcome = Result<[PostgresResult], PostgresError>

    let work: Work
    var steps: [Step] = []
    private(set) var isSent = false
    private(set) var error: PostgresError?
    private var position = 0
    private var hasResult = false
    private var results: [PostgresResult] = []
    private var continuation: UnsafeContinuation<Outcome, Never>?
    private var outcome: Outcome?
    private var timer: Timer?
    /// The connection that a `lease` was granted.
    var connection: PostgresConnection?
    /// Runs when the server has answered, whether or not the caller still waits, or when the connection is gone.
    var onSettled: (() -> Void)?
    /// Runs when the caller leaves before the answer has come.
    var onAbandoned: (() -> Void)?

    init(_ work: Work) { self.work = work }

    var isTransaction: Bool {
        if case .transaction = work { true } else { false }
    }

    /// Whether the command has its outcome.
    var isFinished: Bool { outcome != nil }

    var step: Step? { position < steps.count ? steps[position] : nil }

    /// Takes over `continuation`, which is resumed exactly once, when the deadline passes at the latest. Returns false
    /// if the command was cancelled before it began.
    func begin(
        _ continuation: UnsafeContinuation<Outcome, Never>, _ deadline: Duration?, on loop: EventLoop
    ) -> Bool {
        if let outcome {
            continuation.resume(returning: outcome)
            return false
        }
        self.continuation = continuation
        guard let deadline else { return true }
        do throws(EventLoopError) {
            let timer = try Timer(on: loop) { [unowned self] in
                abandon(.deadlineExceeded, "no answer in the time allowed")
            }
            timer.start(after: deadline)
            self.timer = timer
            return true
        } catch {
            finish(.failure(PostgresError("query", loop: error)))
            return false
        }
    }

    func markSent() { isSent = true }

    /// Takes a result of the current step. An error is kept until the server has processed the whole command.
    func receive(_ storage: ResultStorage, isAborted: Bool) {
        hasResult = true
        guard error == nil, !isAborted else { return }
        if let fault = storage.error(call: "PQgetResult") {
            record(fault)
        } else if case .statement = step {
            results.append(PostgresResult(storage: storage))
        }
    }

    /// Keeps the error of the current step, which is the outcome.
    func record(_ fault: PostgresError) {
        var fault = fault
        fault.statementIndex = isTransaction ? statementIndex : nil
        error = fault
    }

    /// Ends the current step. Returns false if it has had no result, so that it cannot be its end.
    func endStep() -> Bool {
        guard hasResult else { return false }
        hasResult = false
        position = min(position + 1, steps.count)
        return true
    }

    /// The server has processed the whole command: the outcome is final.
    func settle() { settle(error.map { .failure($0) } ?? .success(results)) }

    func settle(_ outcome: Outcome) {
        finish(outcome)
        let onSettled = onSettled
        self.onSettled = nil
        onAbandoned = nil
        onSettled?()
    }

    /// The caller leaves. If the command was sent, its answer still comes in its turn.
    func abandon(_ kind: PostgresError.Kind, _ message: String) {
        guard !isFinished else { return }
        finish(.failure(PostgresError(kind, call: "query", message: message, mayHaveTakenEffect: isSent)))
        if isSent { onAbandoned?() }
    }

    func finish(_ outcome: Outcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        timer?.close()
        timer = nil
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    /// The index of the statement that is being answered; the number of statements while the server commits.
    private var statementIndex: Int? {
        switch step {
        case .statement(let index), .control(let index): index
        case .prepare, .close: nextStatement
        case nil: statementCount
        }
    }

    private var nextStatement: Int? {
        for step in steps[position...] {
            if case .statement(let index) = step { return index }
        }
        return statementCount
    }

    private var statementCount: Int {
        switch work {
        case .statement: 1
        case .transaction(let statements): statements.count
        case .exclusive, .lease, .housekeeping: 0
        }
    }
}
