/// Decides whether a host is asked. After several failures in a row it is not asked for a while; then one image tries,
/// and its result decides for all images that wait.
struct HostBreaker: Sendable, Equatable {
    enum State: Sendable, Equatable {
        /// The host is asked; it has failed this many times in a row.
        case closed(failures: Int)
        /// The host is not asked.
        case open
        /// One image tries.
        case probing
    }

    /// The consequence of a failure.
    enum Consequence: Sendable, Equatable {
        case none
        /// The host is not asked for a while. `isProbe`: the failed image tried on behalf of all that wait.
        case opened(isProbe: Bool)
    }

    static let threshold = 5

    private(set) var state = State.closed(failures: 0)
    /// The number of openings in a row; each time the breaker stays open for longer.
    private(set) var openings = 0

    mutating func failed() -> Consequence {
        switch state {
        case .closed(let failures) where failures + 1 < Self.threshold:
            state = .closed(failures: failures + 1)
            return .none
        case .closed, .probing:
            let isProbe = state == .probing
            state = .open
            openings += 1
            return .opened(isProbe: isProbe)
        case .open:
            return .none  // was in flight when the breaker opened
        }
    }

    /// Ends the wait. False when the breaker is not open.
    mutating func probe() -> Bool {
        guard state == .open else { return false }
        state = .probing
        return true
    }
}
