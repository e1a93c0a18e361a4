import InternetAddress
import Synchronization

/// The limit on connections, in all and from one client. Servers on several loops can share one.
package final class ConnectionBudget: Sendable {
    private struct InUse {
        var count = 0
        var byClient: [IPAddress: Int] = [:]
    }

    enum Refusal { case exhausted, exhaustedByClient }

    /// Connections beyond this number are answered with 503 and closed.
    let maximum: Int
    /// The limit for each IPv4 address and each IPv6 /64. Further connections are answered with 429 and closed. Nil:
    /// none.
    private let maximumPerClient: Int?
    private let inUse = Mutex(InUse())

    package init(maximum: Int, maximumPerClient: Int? = nil) {
        self.maximum = maximum
        self.maximumPerClient = maximumPerClient
    }

    /// Counts a connection, or returns why it is refused.
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

    /// Must be called once for each connection that was counted.
    func giveBack(for address: IPAddress) {
        let client = Self.client(at: address)
        inUse.withLock { inUse in
            inUse.count -= 1
            if let held = inUse.byClient[client] { inUse.byClient[client] = held > 1 ? held - 1 : nil }
        }
    }

    /// The client that an address stands for. A host has a /64 of IPv6 addresses.
    private static func client(at address: IPAddress) -> IPAddress {
        guard case .v6(let bits) = address else { return address }
        return .v6(bits & UInt128.max << 64)
    }
}
