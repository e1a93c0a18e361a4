import InternetAddress
import Synchronization

/// How many connections there may be, in all and from one client. Servers that share one, on several loops, have them
/// together.
package final class ConnectionBudget: Sendable {
    private struct InUse {
        var count = 0
        var byClient: [IPAddress: Int] = [:]
    }

    enum Refusal { case exhausted, exhaustedByClient }

    /// Further connections are answered 503 and closed.
    let maximum: Int
    /// Counted per IPv4 address and per IPv6 /64; further connections are answered 429 and closed. Nil: no limit.
    private let maximumPerClient: Int?
    private let inUse = Mutex(InUse())

    package init(maximum: Int, maximumPerClient: Int? = nil) {
        self.maximum = maximum
        self.maximumPerClient = maximumPerClient
    }

    /// Counts a connection, unless it is refused.
    func take(for address: IPAddress) -> Refusal? {
        let client = Self.client(at: address)
        return inUse.withLock { inUse in
            if inUse.count >= maximum { return .exhausted }
            let held = inUse.byClient[client, default: 0]
            if let maximumPerClient, held >= maximumPerClient { return .exhaustedByClient }
            inUse.count += 1
            inUse.byClient[client] = held + 1
            return nil
        }
    }

    /// Once for each connection that was taken.
    func giveBack(for address: IPAddress) {
        let client = Self.client(at: address)
        inUse.withLock { inUse in
            inUse.count -= 1
            if let held = inUse.byClient[client] { inUse.byClient[client] = held > 1 ? held - 1 : nil }
        }
    }

    /// Whom an address stands for: an IPv6 host has a /64 of them.
    private static func client(at address: IPAddress) -> IPAddress {
        guard case .v6(let bits) = address else { return address }
        return .v6(bits & UInt128.max << 64)
    }
}
