import EventLog
import Events
import Kafka
import Postgres
import Tables

/// The statements on one generation of the read model. A parameter is an array with one element for each row, so that a
/// batch of any size is one statement.
struct ReadModelSQL: Sendable {
    let schema: String
    /// The statements that write rows, by the names of their tables.
    private let inserts: [String: String]

    init(schema: String) {
        self.schema = schema
        inserts = [
            UserRow.tableName: Self.insert(UserRow.self, schema),
            ProductRow.tableName: Self.insert(ProductRow.self, schema),
            ProductEventRow.tableName: Self.insert(ProductEventRow.self, schema),
            CommandRow.tableName: Self.insert(CommandRow.self, schema),
            QuarantineRow.tableName: Self.insert(QuarantineRow.self, schema),
        ]
    }

    func products(_ ids: Set<ProductID>) -> PostgresStatement {
        PostgresStatement(
            """
            select \(Product.columns) from \(schema).products where id = any($1)
            """, [.intArray(ids.map(\.value))])
    }

    func users(_ ids: Set<UserID>) -> PostgresStatement {
        PostgresStatement(
            """
            select id, name, (extract(epoch from created_at) * 1000)::bigint as created_ms
            from \(schema).users where id = any($1)
            """, [.intArray(ids.map(\.value))])
    }

    /// Selects the commands with these ids that took effect, those of other partitions with the same ids included.
    func commands(_ commands: Set<CommandKey>) -> PostgresStatement {
        PostgresStatement(
            """
            select topic, log_partition as partition, command_id from \(schema).commands
            where command_id = any($1) and void_reason is null
            """, [.textArray(Set(commands.map(\.id.text)).sorted())])
    }

    func quarantined(_ keys: Set<EntityKey>) -> PostgresStatement {
        let keys = Array(keys)
        return PostgresStatement(
            """
            select distinct q.topic, q.partition, q.key from unnest($1::text[], $2::bigint[], $3::text[]) as x(t, p, k)
            join \(schema).quarantine q on q.topic = x.t and q.partition = x.p and q.key = x.k
            """,
            [
                .textArray(keys.map(\.partition.topic)), .intArray(keys.map { Int64($0.partition.partition) }),
                .textArray(keys.map { Self.storable($0.key) }),
            ])
    }

    func insert(_ checkpoints: [TopicPartition: Int64]) -> PostgresStatement {
        let checkpoints = Array(checkpoints)
        return PostgresStatement(
            """
            insert into \(schema).checkpoints (topic, partition, next_offset, owner_epoch)
            select t, p, o, 0 from unnest($1::text[], $2::bigint[], $3::bigint[]) as x(t, p, o)
            on conflict (topic, partition) do update set next_offset = excluded.next_offset
            """,
            [
                .textArray(checkpoints.map(\.key.topic)), .intArray(checkpoints.map { Int64($0.key.partition) }),
                .intArray(checkpoints.map(\.value)),
            ])
    }

    func advance(
        _ partition: TopicPartition, _ ownership: ReadModel.Ownership, to next: Int64
    ) -> PostgresStatement {
        PostgresStatement(
            "select \(schema).advance_checkpoint($1, $2::integer, $3, $4, $5)",
            [
                .text(partition.topic), .int(Int64(partition.partition)), .int(ownership.epoch),
                .int(ownership.nextOffset), .int(next),
            ])
    }

    /// Selects the records that operators have taken out of the fold, which holds for every generation.
    func discarded(_ ranges: [TopicPartition: ClosedRange<Int64>]) -> PostgresStatement {
        let ranges = Array(ranges)
        return PostgresStatement(
            """
            select d.topic, d.partition, d.log_offset
            from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as x(t, p, first, last)
            join warelog.discarded_records d on d.topic = x.t and d.partition = x.p
                and d.log_offset between x.first and x.last
            """,
            [
                .textArray(ranges.map(\.key.topic)), .intArray(ranges.map { Int64($0.key.partition) }),
                .intArray(ranges.map(\.value.lowerBound)), .intArray(ranges.map(\.value.upperBound)),
            ])
    }

    /// Writes any number of rows of one kind.
    func write<Row: ReadModelRow>(_ rows: [Row]) -> PostgresStatement {
        let insert = inserts[Row.tableName] ?? Self.insert(Row.self, schema)
        return PostgresStatement(insert, Row.columns.map { $0.parameter(rows) })
    }

    private static func insert<Row: ReadModelRow>(_: Row.Type, _ schema: String) -> String {
        let names = Row.columns.map(\.name).joined(separator: ", ")
        let arrays = Row.columns.indices.map { "$\($0 + 1)::\(Row.columns[$0].elementType)[]" }
        var text = """
            insert into \(schema).\(Row.tableName) as stored (\(names))
            select \(Row.columns.map(\.expression).joined(separator: ", "))
            from unnest(\(arrays.joined(separator: ", "))) as x(\(names))
            """
        switch Row.onConflict {
        case .fails: break
        case .keepsOld: text += "\non conflict do nothing"
        case .replaces(let key, let condition):
            let replaced = Row.columns.filter { !$0.isFixed && !key.contains($0.name) }
            text += "\non conflict (\(key.joined(separator: ", "))) do update set "
            text += replaced.map { "\($0.name) = excluded.\($0.name)" }.joined(separator: ", ")
            if let condition { text += "\nwhere \(condition)" }
        }
        return text
    }

    /// Keeps the ids of products and users from being leased again: up to the greatest ones within reach of the
    /// sequences. An id beyond was not leased, and must not hide those that were.
    func reserveIDs() -> PostgresStatement {
        PostgresStatement(
            """
            select warelog.reserve_ids(
                (select coalesce(max(id), 0) from \(schema).products where id <=
                    (select warelog.reach_of_sequence(last_value) from warelog.product_id_blocks)),
                (select coalesce(max(id), 0) from \(schema).users where id <=
                    (select warelog.reach_of_sequence(last_value) from warelog.user_id_blocks)))
            """, [])
    }

    /// Tells the gateways, after the commit, up to where each partition is folded. Only the live generation does that:
    /// gateways read no other, and would look for verdicts before they are there.
    static func notify(_ checkpoints: [TopicPartition: Int64], of generation: Int) -> PostgresStatement {
        PostgresStatement(
            """
            select pg_notify('warelog_folded', x) from unnest($1::text[]) as x
            where exists (select from warelog.read_models where generation = $2::integer and state = 'live')
            """,
            [
                .textArray(checkpoints.map { "\($0.key.topic) \($0.key.partition) \($0.value)" }),
                .int(Int64(generation)),
            ])
    }

    /// Replaces NUL, which Postgres' text cannot hold.
    static func storable(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }
}
