/// Whether a host is worth asking: after several failures in a row nobody asks it for a while, then one image does, and
/// what becomes of that decides for all that wait.
struct HostBreaker: Sendable, Equatable {
    enum State: Sendable, Equatable {
        /// Asked as always; so many failures in a row.
        case closed(failures: Int)
        /// Not asked.
        case open
        /// Asked for one image.
        case probing
    }

    /// What a failure led to.
    enum Consequence: Sendable, Equatable {
        case none
        /// To be left alone for a while. `isProbe`: it has failed on behalf of all that wait.
        case opened(isProbe: Bool)
    }

    static let threshold = 5

    private(set) var state = State.closed(failures: 0)
    /// How often it was given up in a row: each time for longer.
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
            return .none  // was under way when it was given up
        }
    }

    /// The while is over. False when it is not given up.
    mutating func probe() -> Bool {
        guard state == .open else { return false }
        state = .probing
        return true
    }
}
