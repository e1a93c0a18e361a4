import EventLog
import Events
import Kafka
import Postgres
import ReadModel

/// Folds entities again, one at a time: it reads first and fences the entity's partition last, for one short
/// transaction.
struct Refold: Sendable {
    /// A record that is to be taken out of the fold.
    struct Discard: Sendable {
        let position: RecordPosition
        let actor: String
        let reason: String
    }

    /// The number of attempts: each fails when the entity changes between the reading and the fence.
    private static let attempts = 5

    private let connection: PostgresConnection
    private let log: LogRecords
    private let leases: PostgresConnection?
    private let holder = Holder.name(of: "warelog quarantine")

    /// `leases` is the connection that holds the leases while something is changed; nil for a dry run.
    init(_ connection: PostgresConnection, _ log: LogRecords, leases: PostgresConnection?) {
        self.connection = connection
        self.log = log
        self.leases = leases
    }

    func run(_ entity: EntityKey, discarding discard: Discard?) async throws -> RefoldOutcome.Refolded {
        var records: [Int64: KafkaRecord] = [:]
        for _ in 1...Self.attempts {
            let generations = try await generations()
            try await read(offsets(of: entity, generations), of: entity, into: &records)
            guard let leases else { return try await plan(entity, generations, records, discard) }
            if let outcome = try await OperatorLease.with(
                [.redrive, .rebuild], as: holder, leases,
                {
                    try await commit(entity, records, discard)
                })
            {
                return outcome
            }
        }
        throw ReplayFault.refused("new events of \(entity.key) arrive all the time; try again later")
    }

    /// Reads the records that are not there yet. Nothing is locked meanwhile.
    private func read(
        _ offsets: Set<Int64>, of entity: EntityKey, into records: inout [Int64: KafkaRecord]
    ) async throws {
        let wanted = offsets.filter { records[$0] == nil }.sorted()
        let found = try await log.read(entity.partition, at: wanted)
        guard found.count == wanted.count else {
            throw ReplayFault.refused(
                "\(entity.partition) lacks \(wanted.count - found.count) records of \(entity.key)")
        }
        for record in found { records[record.offset] = record }
    }

    private func plan(
        _ entity: EntityKey, _ generations: [Generation], _ records: [Int64: KafkaRecord], _ discard: Discard?
    ) async throws -> RefoldOutcome.Refolded {
        guard let live = generations.first(where: \.isLive) else { throw ReplayFault.noGeneration("live") }
        let model = ReadModelRepair(generation: live.number, connection)
        let own = try await model.offsets(of: entity).compactMap { records[$0] }
        return outcome(of: own, try await model.plan(own, of: entity, discarding: discard?.position))
    }

    /// Nil when a record of the entity has been folded since `records` were read: read again.
    private func commit(
        _ entity: EntityKey, _ records: [Int64: KafkaRecord], _ discard: Discard?
    ) async throws -> RefoldOutcome.Refolded? {
        try await connection.simple("begin")
        do {
            let generations = try await generations(locked: true)
            if let discard { try await record(discard, entity) }
            var live: RefoldOutcome.Refolded?
            for generation in generations {
                let model = ReadModelRepair(generation: generation.number, connection)
                // The partition is ours until the end of the transaction; then its projector takes it over again.
                try await model.fence(entity.partition)
                let offsets = try await model.offsets(of: entity)
                guard offsets.allSatisfy({ records[$0] != nil }) else {
                    try await connection.simple("rollback")
                    return nil
                }
                let own = offsets.compactMap { records[$0] }
                let changes = try await model.plan(own, of: entity, discarding: nil)
                try await model.apply(changes, replacing: own, of: entity)
                if generation.isLive { live = outcome(of: own, changes) }
            }
            guard let live else { throw ReplayFault.noGeneration("live") }
            try await connection.simple("commit")
            return live
        } catch {
            try? await connection.simple("rollback")  // the first error tells more
            throw error
        }
    }

    private func outcome(of records: [KafkaRecord], _ changes: ReadModelChanges) -> RefoldOutcome.Refolded {
        RefoldOutcome.Refolded(
            folded: records.count - changes.quarantined.count, left: changes.quarantined.map { Quarantine.Entry($0) },
            changed: changes.products.first.map { ($0.product.id, $0.position.offset) })
    }

    private func record(_ discard: Discard, _ entity: EntityKey) async throws {
        _ = try await connection.query(
            """
            insert into warelog.discarded_records (topic, partition, log_offset, key, actor, reason)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing
            """,
            [
                .text(entity.partition.topic), .int(Int64(entity.partition.partition)), .int(discard.position.offset),
                .text(entity.key), .text(discard.actor), .text(discard.reason),
            ])
    }

    // MARK: generations

    private struct Generation {
        let number: Int
        let isLive: Bool
    }

    private func offsets(of entity: EntityKey, _ generations: [Generation]) async throws -> Set<Int64> {
        var offsets: Set<Int64> = []
        for generation in generations {
            offsets.formUnion(
                try await ReadModelRepair(generation: generation.number, connection).offsets(of: entity))
        }
        return offsets
    }

    /// The live generation, and those beside it that are filled and that this program knows.
    private func generations(locked: Bool = false) async throws -> [Generation] {
        let rows = try await connection.query(
            """
            select generation, definition, state = 'live' as is_live from warelog.read_models
            where state <> 'building' or phase = 'following' order by generation \(locked ? "for share" : "")
            """
        ).rows
        var generations: [Generation] = []
        for row in rows {
            let (number, definition) = (Int(try row.int("generation")), Int(try row.int("definition")))
            let isLive = try row.bool("is_live")
            if definition == ReadModel.definition {
                try await ColumnCheck.check(ReadModel.schema(of: number), connection)
                generations.append(Generation(number: number, isLive: isLive))
            } else if isLive {
                throw ReplayFault.otherDefinition(generation: number, found: definition)
            }
        }
        return generations
    }
}
