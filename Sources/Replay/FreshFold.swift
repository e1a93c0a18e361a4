import EventLog
import EventLoop
import Kafka
import Postgres
import ReadModel

/// The log, folded from nothing up to a certain place, without a database to look into: bucket by bucket, in bounded
/// memory however long the log is and however many products there are.
package struct FreshFold: Sendable {
    package struct Result: Sendable {
        package var quarantined: [Batch.QuarantinedRecord] = []
        /// The greatest ids that were created; 0 for none.
        package var newestProduct: Int64 = 0
        package var newestUser: Int64 = 0
        package var records: Int64 = 0
    }

    /// Of the work, the records that are read and those that are folded.
    package struct Progress: Sendable {
        package let read: Int64
        package let folded: Int64
        package let total: Int64
    }

    private static let quarantineLimit = 10_000

    package let ends: LogEnds
    private let scan: LogScan
    private let discarded: Set<Batch.Position>
    private let report: @Sendable (Progress) async throws -> Void

    /// `discarded`: records that operators took out.
    package init(
        to ends: LogEnds, _ scan: LogScan, discarded: Set<Batch.Position>,
        report: @escaping @Sendable (Progress) async throws -> Void = { _ in }
    ) {
        self.ends = ends
        self.scan = scan
        self.discarded = discarded
        self.report = report
    }

    /// Reads the log; what it returns can be folded several times. On the loop, as all here.
    package func read() async throws -> RecordSpill {
        let total = ends.values.reduce(0, +)
        let spill = RecordSpill(expecting: total)
        try await scan.run(to: ends) { records in
            for record in records { try spill.add(record) }
            try await report(Progress(read: Int64(spill.count), folded: 0, total: total))
        }
        return spill
    }

    /// Gives `body` what each bucket's records make of nothing.
    package func fold(
        _ spill: RecordSpill, _ body: (Batch.Changes) async throws -> Void
    ) async throws -> Result {
        var result = Result()
        var known = Batch.Known()
        known.discarded = discarded
        let total = Int64(spill.count)
        try await spill.forEach { records in
            try Task.checkCancellation()
            var batch = Batch(records)
            batch.fold(known)
            result.quarantined += batch.changes.quarantined
            guard result.quarantined.count <= Self.quarantineLimit else {
                throw ReplayFault.refused("more than \(Self.quarantineLimit) records cannot be folded: the fault is likely to be here")
            }
            result.newestProduct = max(result.newestProduct, batch.changes.newestProduct)
            result.newestUser = max(result.newestUser, batch.changes.newestUser)
            result.records += Int64(records.count)
            try await body(batch.changes)
            try await report(Progress(read: total, folded: result.records, total: total))
        }
        return result
    }
}

extension Batch.Changes {
    /// The rows of a table, in binary.
    package func append(_ table: ReadModelTable, to rows: inout PostgresCopyRows) {
        switch table {
        case .users: for user in users { rows.append(user) }
        case .products: for product in products { rows.append(product) }
        case .productEvents: for event in productEvents { rows.append(event) }
        case .commands: for command in commands { rows.append(command) }
        }
    }
}
