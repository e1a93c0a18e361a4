import Base
import CHiredis
import EventLoop
import Glibc

/// One hiredis connection, from the attempt to its end. For the loop's thread only.
///
/// hiredis' own timer is not used. It restarts with every command, so that a server that does not answer would never
/// time out while commands keep coming. A timeout ends the connection, as it does in hiredis, because every command
/// behind the late one waits for the same server.
final class RedisConnection: @unchecked Sendable {
    let loop: EventLoop
    private let configuration: RedisConfiguration
    var context: UnsafeMutablePointer<redisAsyncContext>?
    var watcher: DescriptorWatcher?
    var interest: DescriptorWatcher.Events = []
    /// Which state the connection is in, and what each event does to it.
    var machine: RedisConnectionStateMachine
    var needsWrite = false
    var isWriting = false
    var isWritePlanned = false
    lazy var plannedWrite: () -> Void = { [weak self] in
        self?.isWritePlanned = false
        self?.write()
    }
    private var inFlight = FIFO<PendingCommand>()
    var timer: Timer?
    private var isTimerSet = false
    private let commandTimeout: UInt64

    /// Runs once, when the server has answered the handshake.
    var onReady: (() -> Void)?
    /// Runs once, when the connection and all its commands have ended.
    var onEnd: ((RedisError) -> Void)?

    init(
        _ configuration: RedisConfiguration, address: String, handshakeTimeout: Duration, loop: EventLoop
    ) throws(RedisError) {
        self.configuration = configuration
        self.loop = loop
        commandTimeout = configuration.commandTimeout.nanoseconds
        machine = RedisConnectionStateMachine(handshakeDeadline: Self.now() + handshakeTimeout.nanoseconds)
        guard let context = redisAsyncConnect(address, Int32(truncatingIfNeeded: configuration.port)) else {
            throw RedisError(.unavailable, message: "redisAsyncConnect: out of memory")
        }
        guard context.pointee.err == 0 else {
            // "In case of error, it is the caller's responsibility to free the context using redisAsyncFree()."
            defer { redisAsyncFree(context) }
            throw RedisError(.unavailable, message: "redisAsyncConnect: \(Self.errorText(context.pointee))")
        }
        do throws(EventLoopError) {
            timer = try Timer(on: loop) { [weak self] in self?.timerFired() }
            watcher = try DescriptorWatcher(on: loop, descriptor: context.pointee.c.fd) { [weak self] in self?.ready($0)
            }
        } catch {
            redisAsyncFree(context)
            throw RedisError(.unavailable, message: "\(error)")
        }
        self.context = context
        attach(context)
        setTimer(machine.handshakeDeadline)
    }

    /// Sends a command. Resumes `continuation` exactly once: with the reply, or when the connection ends.
    func send(_ arguments: [RedisArgument], _ continuation: PendingCommand.Continuation) {
        if let fault = Self.fault(arguments) { return continuation.resume(returning: .failure(fault)) }
        if let refusal = machine.refusal(inFlight: inFlight.count, limit: configuration.maximumInFlight) {
            return continuation.resume(returning: .failure(refusal))
        }
        let deadline = Self.now() + commandTimeout
        if !append(arguments, PendingCommand(continuation: continuation, deadline: deadline)) {
            continuation.resume(
                returning: .failure(RedisError(.unavailable, message: "the connection is closing")))
        }
        if !isTimerSet { setTimer(deadline) }
    }

    /// Accepts no further command and ends after the replies to those in flight.
    func finish() { close(machine.finish()) }

    /// Ends at once. The commands in flight fail.
    func abort(_ error: RedisError) { close(machine.abort(error)) }

    private func close(_ action: RedisConnectionStateMachine.CloseAction) {
        guard let context else { return }
        switch action {
        case .none: break
        case .disconnect: redisAsyncDisconnect(context)
        case .free: redisAsyncFree(context)
        }
    }

    // MARK: sending

    private func append(_ arguments: [RedisArgument], _ command: PendingCommand) -> Bool {
        guard let context else { return false }
        inFlight.append(command)
        let status = Self.withArguments(arguments) { count, words, lengths in
            redisAsyncCommandArgv(
                context,
                { context, reply, _ in
                    RedisConnection.of(context)?.received(reply?.assumingMemoryBound(to: redisReply.self))
                }, nil, count, words, lengths)
        }
        if status != REDIS_OK { inFlight.popLast() }
        return status == REDIS_OK
    }

    /// Calls `body` with the words in one stack allocation, with their starts and lengths.
    private static func withArguments(
        _ arguments: [RedisArgument],
        _ body: (Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>, UnsafePointer<Int>) -> Int32
    ) -> Int32 {
        let capacity = arguments.reduce(0) { $0 + $1.capacity }
        return withUnsafeTemporaryAllocation(byteCount: max(capacity, 1), alignment: 1) { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: arguments.count) { words in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: arguments.count) { lengths in
                    var next = bytes.baseAddress!  // never empty
                    for (index, argument) in arguments.enumerated() {
                        let length = argument.write(to: next)
                        words.initializeElement(at: index, to: UnsafePointer(next.assumingMemoryBound(to: CChar.self)))
                        lengths.initializeElement(at: index, to: length)
                        next += length
                    }
                    return body(Int32(arguments.count), words.baseAddress!, UnsafePointer(lengths.baseAddress!))
                }
            }
        }
    }

    /// Refuses commands that get more than one reply: hiredis would call their callbacks any number of times.
    private static func fault(_ arguments: [RedisArgument]) -> RedisError? {
        guard let first = arguments.first else { return RedisError(.invalid, message: "the command has no words") }
        guard case .string(let name) = first else { return nil }
        switch name.utf8.count {
        case 7, 9...12:
            let folded = name.lowercased()
            guard folded == "monitor" || folded.hasSuffix("subscribe") else { return nil }
            return RedisError(.invalid, message: "the command turns the connection into a stream")
        default: return nil
        }
    }

    // MARK: receiving

    /// hiredis frees the reply when this returns. Resuming only enqueues a job, so that no caller's code runs in here.
    private func received(_ reply: UnsafeMutablePointer<redisReply>?) {
        guard let command = inFlight.popFirst() else { return }
        let result = result(reply, command)
        if let continuation = command.continuation {
            continuation.resume(returning: result)
        } else {
            handshakeReplied(result)
        }
    }

    private func result(
        _ reply: UnsafeMutablePointer<redisReply>?, _ command: PendingCommand
    ) -> Result<RedisValue, RedisError> {
        guard let reply else {
            // "All pending callbacks are called with a NULL reply when the context encountered an error." (hiredis)
            machine.lost(contextError)
            return .failure(machine.failure(deadline: command.deadline, now: Self.now()))
        }
        guard let value = RedisValue(reply.pointee) else {
            return .failure(RedisError(.invalid, message: "the reply is of an unknown type"))
        }
        if case .error(let text) = value { return .failure(RedisError(reply: text)) }
        return .success(value)
    }

    // MARK: handshake

    func connected() {
        let handshake = configuration.handshake
        guard let context, machine.connected(handshake: handshake.count) else { return }
        guard redisEnableKeepAlive(&context.pointee.c) == REDIS_OK else {
            return abort(RedisError(.unavailable, message: "redisEnableKeepAlive: \(contextError ?? "failed")"))
        }
        for words in handshake {
            let command = PendingCommand(continuation: nil, deadline: machine.handshakeDeadline)
            guard append(words, command) else {
                return abort(RedisError(.unavailable, message: "redisAsyncCommandArgv refused the handshake"))
            }
        }
    }

    private func handshakeReplied(_ result: Result<RedisValue, RedisError>) {
        let refusal: RedisError? = if case .failure(let error) = result { error } else { nil }
        switch machine.handshakeReplied(refusal) {
        case .none: break
        case .announce:
            onReady?()
            onReady = nil
        case .free: close(.free)
        }
    }

    // MARK: time

    private func setTimer(_ deadline: UInt64) {
        let now = Self.now()
        isTimerSet = true
        timer?.start(after: .nanoseconds(deadline > now ? Int64(clamping: deadline - now) : 0))
    }

    private func timerFired() {
        isTimerSet = false
        switch machine.timerFired(now: Self.now(), oldest: inFlight.first?.deadline) {
        case .none: break  // the next command sets it again
        case .wait(let deadline): setTimer(deadline)
        case .free: close(.free)
        }
    }

    /// The monotonic clock in nanoseconds, accurate to a few milliseconds and four times as fast as the exact one.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Duration {
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 1 << 31)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
