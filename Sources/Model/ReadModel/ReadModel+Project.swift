package import Kafka
import Postgres

extension ReadModel {
    /// Folds records in one transaction, those of each partition in their order, and calls `committed` after each
    /// commit. `ends` are offsets that a consumer has reached after these records: they pass over offsets that hold no
    /// record, such as the marker of a transaction. Records that are folded already are passed over, too. When Postgres
    /// refuses a record, it is found and put into quarantine.
    ///
    /// Throws a `PostgresError` that no record causes: the database is away, a partition has another owner
    /// (`isFenced`), or the generation is not there (`isGone`). When it is unknown whether a commit took place, only
    /// the checkpoints tell: take over again.
    package func project(
        _ records: [KafkaRecord], endingAt ends: [TopicPartition: Int64] = [:],
        _ owned: inout [TopicPartition: Ownership], committed: (Batch) async throws -> Void
    ) async throws {
        let fresh = records.filter { $0.offset >= owned[$0.topicPartition]?.nextOffset ?? .max }
        let ends = ends.filter { $0.value > owned[$0.key]?.nextOffset ?? .max }
        guard !fresh.isEmpty || !ends.isEmpty else { return }
        do {
            try await commit(Batch(fresh, of: counts, endingAt: ends), &owned, committed)
        } catch let error as PostgresError where error.isAboutRecords {
            if fresh.count > 1 {
                for record in fresh { try await project([record], &owned, committed: committed) }
                try await project([], endingAt: ends, &owned, committed: committed)
            } else {
                let poison = Batch(
                    fresh, of: counts, endingAt: ends, poison: "refused by the database: \(error)")
                try await commit(poison, &owned, committed)
            }
        }
    }

    private func commit(
        _ unfolded: Batch, _ owned: inout [TopicPartition: Ownership], _ committed: (Batch) async throws -> Void
    ) async throws {
        var batch = unfolded
        batch.fold(batch.records.isEmpty ? LoadedState() : try await load(batch.required))
        try await commit(batch.changes, owned)
        for (partition, next) in batch.changes.checkpoints { owned[partition]?.nextOffset = next }
        try await committed(batch)
    }
}

extension PostgresError {
    /// Whether another owner has taken the partition over.
    package var isFenced: Bool { sqlState == ReadModel.fenced }

    /// Whether tables of the generation are not there (undefined schema, table, function): it may have been dropped
    /// after a switch that its writer had not noticed.
    package var isGone: Bool { ["3F000", "42P01", "42883"].contains(sqlState) }

    /// Whether the database is there and ours, and does not take these values: data exceptions, violated constraints,
    /// limits of the server (classes 22, 23, 54), or values that cannot even be sent. No record causes any other fault.
    fileprivate var isAboutRecords: Bool {
        kind == .invalid || ["22", "23", "54"].contains { sqlState?.hasPrefix($0) ?? false }
    }
}
