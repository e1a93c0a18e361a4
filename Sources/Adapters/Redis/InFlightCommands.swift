/// The commands that wait for their replies, in the order in which they were sent, which is the order of the replies.
struct InFlightCommands {
    typealias Continuation = UnsafeContinuation<Result<RedisValue, RedisError>, Never>

    struct Command {
        /// nil: a command of the handshake.
        let continuation: Continuation?
        /// In the clock of `RedisConnection.now`.
        let deadline: UInt64
    }

    // A ring: `count` commands from `head` on, in a power of two of places.
    private var places = [Command?](repeating: nil, count: 64)
    private var head = 0
    private(set) var count = 0

    var first: Command? { count == 0 ? nil : places[head] }

    mutating func append(_ command: Command) {
        if count == places.count { grow() }
        places[(head + count) & (places.count - 1)] = command
        count += 1
    }

    mutating func removeFirst() -> Command? {
        guard count > 0 else { return nil }
        let command = places[head]
        head = (head + 1) & (places.count - 1)
        count -= 1
        return command
    }

    mutating func removeLast() { count -= 1 }

    private mutating func grow() {
        let ordered = places[head...] + places[..<head]
        places = Array(ordered) + [Command?](repeating: nil, count: places.count)
        head = 0
    }
}
