import CRdkafka
import Synchronization

/// What librdkafka's callbacks leave for the client to see to after the call that ran them.
///
/// One is the `opaque` of each librdkafka instance, and lives until that is destroyed.
final class Inbox: Sendable {
    struct Rebalance: Sendable {
        let isAssignment: Bool
        let partitions: [TopicPartition]
        let isLost: Bool
    }

    let onLog: @Sendable (Int, String, String) -> Void
    /// Records handed to librdkafka whose delivery reports have not come.
    let undelivered = Atomic(0)
    /// When set, a rebalance is answered on the spot: nobody reads any more.
    let isClosing = Atomic(false)
    private let rebalances = Mutex<[Rebalance]>([])
    private let errors = Mutex<[KafkaError]>([])

    init(onLog: @escaping @Sendable (Int, String, String) -> Void) { self.onLog = onLog }

    func put(_ rebalance: Rebalance) { rebalances.withLock { $0.append(rebalance) } }
    func put(_ error: KafkaError) { errors.withLock { $0.append(error) } }

    func takeRebalances() -> [Rebalance] {
        rebalances.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    func takeErrors() -> [KafkaError] {
        errors.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    static func of(_ opaque: UnsafeMutableRawPointer) -> Inbox {
        Unmanaged<Inbox>.fromOpaque(opaque).takeUnretainedValue()
    }
}
