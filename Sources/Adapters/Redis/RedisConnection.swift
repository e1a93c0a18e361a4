import Base
import CHiredis
import EventLoop
import Glibc

/// One hiredis connection, from the attempt to its end. Loop's thread only.
///
/// hiredis' own timer is not used: it starts anew with every command, so that a server that answers nothing would never
/// time out while requests keep coming. A timeout here ends the connection, as it does in hiredis: every command behind
/// the late one waits for the same server.
final class RedisConnection: @unchecked Sendable {
    let loop: EventLoop
    private let configuration: RedisConfiguration
    var context: UnsafeMutablePointer<redisAsyncContext>?
    var watcher: DescriptorWatcher?
    var interest: DescriptorWatcher.Events = []
    var isConnected = false
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
    private let handshakeDeadline: UInt64
    private var handshakeReplies = 0
    var ending: RedisError?

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
        handshakeDeadline = Self.now() + handshakeTimeout.nanoseconds
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
        setTimer(handshakeDeadline)
    }

    /// Sends a command; `continuation` is resumed exactly once, with the reply or when the connection ends.
    func send(_ arguments: [RedisArgument], _ continuation: PendingCommand.Continuation) {
        if let fault = Self.fault(arguments) { return continuation.resume(returning: .failure(fault)) }
        guard inFlight.count < configuration.maximumInFlight else {
            let message = "\(configuration.maximumInFlight) commands wait for their replies"
            return continuation.resume(returning: .failure(RedisError(.tooManyInFlight, message: message)))
        }
        let deadline = Self.now() + commandTimeout
        if !append(arguments, PendingCommand(continuation: continuation, deadline: deadline)) {
            continuation.resume(
                returning: .failure(RedisError(.unavailable, message: "the connection is being closed")))
        }
        if !isTimerSet { setTimer(deadline) }
    }

    /// Ends when the replies to what was sent have come.
    func finish() {
        guard let context else { return }
        ending = ending ?? RedisError(.closed, message: "the client was closed")
        if isConnected { redisAsyncDisconnect(context) } else { redisAsyncFree(context) }
    }

    /// Ends at once; who still waits gets an error.
    func abort(_ error: RedisError) {
        guard let context else { return }
        ending = ending ?? error
        redisAsyncFree(context)
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

    /// The words one after the other in one piece of stack, with their starts and lengths.
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

    /// hiredis calls the callbacks of these any number of times; here each command has one reply.
    private static func fault(_ arguments: [RedisArgument]) -> RedisError? {
        guard let first = arguments.first else { return RedisError(.invalid, message: "a command without a word") }
        guard case .string(let name) = first else { return nil }
        switch name.utf8.count {
        case 7, 9...12:
            let folded = name.lowercased()
            guard folded == "monitor" || folded.hasSuffix("subscribe") else { return nil }
            return RedisError(.invalid, message: "a command that turns the connection into a stream")
        default: return nil
        }
    }

    // MARK: receiving

    /// hiredis frees the reply when this returns. Resuming only makes a job ready: no code of a caller runs in here.
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
            // "All pending callbacks are called with a NULL reply when the context encountered an error."
            if ending?.kind == .timedOut, command.deadline <= Self.now() {
                return .failure(RedisError(.timedOut, message: "no reply in the time allowed"))
            }
            return .failure(RedisError(.connectionLost, message: endingError.message))
        }
        guard let value = RedisValue(reply.pointee) else {
            return .failure(RedisError(.invalid, message: "a reply of an unknown type"))
        }
        if case .error(let text) = value { return .failure(RedisError(reply: text)) }
        return .success(value)
    }

    // MARK: handshake

    func connected() {
        isConnected = true
        if let context { redisEnableKeepAlive(&context.pointee.c) }
        for words in configuration.handshake {
            guard append(words, PendingCommand(continuation: nil, deadline: handshakeDeadline)) else {
                return
            }
            handshakeReplies += 1
        }
    }

    private func handshakeReplied(_ result: Result<RedisValue, RedisError>) {
        handshakeReplies -= 1
        switch result {
        case .failure(let error): abort(error)
        case .success where handshakeReplies == 0 && ending == nil:
            onReady?()
            onReady = nil
        case .success: break
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
        let oldest = isConnected ? inFlight.first?.deadline : handshakeDeadline
        guard let oldest else { return }  // the next command sets it again
        guard oldest <= Self.now() else { return setTimer(oldest) }
        abort(RedisError(.timedOut, message: "no reply in the time allowed"))
    }

    /// Good to a few milliseconds, and four times as fast to read as the exact clock.
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
