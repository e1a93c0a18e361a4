import EventLoop

/// One unit that a caller waits for: a statement, a transaction, or the connection for itself. Loop's thread only.
final class PostgresCommand: @unchecked Sendable {
    enum Work {
        case statement(PostgresStatement)
        case transaction([PostgresStatement])
        /// Out of pipeline mode, with nothing else in flight.
        case exclusive
        /// A connection of a pool, for as long as the caller wants.
        case lease
        /// Ours, nobody waits for it.
        case housekeeping(String)
    }

    /// What the server answers one after the other, each with results and an end.
    enum Step {
        case prepare(sql: String)
        /// The results are the caller's.
        case statement(index: Int)
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
    /// The answer to a `lease`.
    var connection: PostgresConnection?
    /// Runs when the server has answered, whether anybody still waits or not, or when the connection is gone.
    var onSettled: (() -> Void)?
    /// Runs when the caller goes and the answer is still to come.
    var onAbandoned: (() -> Void)?

    init(_ work: Work) { self.work = work }

    var isTransaction: Bool {
        if case .transaction = work { true } else { false }
    }

    /// Nobody waits any more.
    var isFinished: Bool { outcome != nil }

    var step: Step? { position < steps.count ? steps[position] : nil }

    /// From now on `continuation` is resumed exactly once, by the deadline if by nothing else. False when the command
    /// was cancelled before it began.
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

    /// A result of the current step; an error is kept until the server is ready again.
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

    /// The end of the current step; false when the server has said nothing that could have ended.
    func endStep() -> Bool {
        guard hasResult else { return false }
        hasResult = false
        position = min(position + 1, steps.count)
        return true
    }

    /// The server has processed everything: the outcome is final.
    func settle() { settle(error.map { .failure($0) } ?? .success(results)) }

    func settle(_ outcome: Outcome) {
        finish(outcome)
        let onSettled = onSettled
        self.onSettled = nil
        onAbandoned = nil
        onSettled?()
    }

    /// The caller goes; what was sent is answered in its turn all the same.
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

    /// The statement that is being answered; past the last one, when the server commits.
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
