import Kafka

/// Records on their way to one lane of the projection; whoever brings more than it holds waits. On one loop only.
final class RecordQueue: @unchecked Sendable {
    private let capacity: Int
    private var records: [KafkaRecord] = []
    private var isClosed = false
    private var bringer: CheckedContinuation<Void, Never>?
    private var taker: CheckedContinuation<Void, Never>?

    /// `capacity`: of records; what is brought at once is taken whole.
    init(capacity: Int) { self.capacity = capacity }

    /// Of one task. Returns when there is room for it; what comes after `close` is dropped.
    func bring(_ more: [KafkaRecord]) async {
        while records.count >= capacity, !isClosed { await withCheckedContinuation { bringer = $0 } }
        guard !isClosed else { return }
        records += more
        wake(&taker)
    }

    /// Of one task: the next ones, `maximum` at most; nil after the last.
    func take(maximum: Int) async -> [KafkaRecord]? {
        while records.isEmpty, !isClosed { await withCheckedContinuation { taker = $0 } }
        guard !records.isEmpty else { return nil }
        defer { wake(&bringer) }
        let taken = Array(records.prefix(maximum))
        records.removeFirst(taken.count)
        return taken
    }

    /// Nothing comes any more. What is there can be taken, unless it is to be dropped.
    func close(dropping: Bool = false) {
        isClosed = true
        if dropping { records = [] }
        wake(&bringer)
        wake(&taker)
    }

    private func wake(_ waiter: inout CheckedContinuation<Void, Never>?) {
        waiter?.resume()
        waiter = nil
    }
}
