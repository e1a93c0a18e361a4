import CRdkafka
import Synchronization

/// Collects what librdkafka's callbacks report, until the client handles it after the call that ran the callbacks.
///
/// It is the opaque pointer of a librdkafka instance, and lives until that is destroyed.
final class Inbox: Sendable {
    struct Rebalance: Sendable {
        let isAssignment: Bool
        let partitions: [TopicPartition]
        let isLost: Bool
    }

    let onLog: @Sendable (Int, String, String) -> Void
    /// The number of records that librdkafka accepted and has not reported on yet.
    let undelivered = Atomic(0)
    /// When set, callbacks answer a rebalance themselves, because the consumer reads no more.
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
