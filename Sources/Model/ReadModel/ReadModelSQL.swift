import EventLog
import Events
import Kafka
import Postgres
import Service

/// The statements on one generation of the read model. Arrays of columns, so that a batch of any size is one statement.
struct ReadModelSQL {
    let schema: String

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

    /// Other partitions' with the same ids as well.
    func commands(_ commands: Set<Batch.Command>) -> PostgresStatement {
        PostgresStatement(
            """
            select topic, log_partition as partition, command_id from \(schema).commands
            where command_id = any($1) and void_reason is null
            """, [.textArray(Set(commands.map(\.id.text)).sorted())])
    }

    func quarantined(_ keys: Set<Batch.Key>) -> PostgresStatement {
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

    /// What operators have taken out of the fold, whatever the generation.
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

    func upsert(_ users: [Batch.ChangedUser]) -> PostgresStatement {
        PostgresStatement(
            """
            insert into \(schema).users (id, log_partition, log_offset, name, created_at)
            select id, partition, log_offset, name, \(Self.time("created_ms"))
            from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
                as x(id, name, created_ms, partition, log_offset)
            on conflict (id) do update set name = excluded.name, log_offset = excluded.log_offset
            """,
            [
                .intArray(users.map(\.user.id.value)), .textArray(users.map(\.user.name)),
                .intArray(users.map(\.user.createdAt.milliseconds)),
                .intArray(users.map { Int64($0.position.partition) }), .intArray(users.map(\.position.offset)),
            ])
    }

    func upsert(_ products: [Batch.ChangedProduct]) -> PostgresStatement {
        PostgresStatement(
            """
            insert into \(schema).products (
                id, log_partition, log_offset, user_id, version, media_revision, created_at, updated_at, is_deleted,
                product_price, product_name, product_description, product_images, compressed_product_images, images)
            select id, partition, log_offset, user_id, version, media_revision, \(Self.time("created_ms")),
                   \(Self.time("updated_ms")), is_deleted = 1, product_price::numeric, product_name,
                   product_description, product_images::text[], compressed_product_images::text[], images
            from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::bigint[],
                        $14::bigint[], $15::bigint[])
                as x(id, user_id, product_name, product_description, product_images, product_price,
                     compressed_product_images, created_ms, updated_ms, version, media_revision, images, is_deleted,
                     partition, log_offset)
            on conflict (id) do update set
                product_name = excluded.product_name, product_description = excluded.product_description,
                product_images = excluded.product_images, product_price = excluded.product_price,
                compressed_product_images = excluded.compressed_product_images, updated_at = excluded.updated_at,
                version = excluded.version, media_revision = excluded.media_revision, images = excluded.images,
                is_deleted = excluded.is_deleted, log_offset = excluded.log_offset
            """, ProductRow.parameters(products))
    }

    /// A decision replaces a refusal of the same command in the same partition.
    func upsert(_ commands: [Batch.DecidedCommand]) -> PostgresStatement {
        PostgresStatement(
            """
            insert into \(schema).commands as c (
                command_id, event_id, topic, log_partition, log_offset, resource_id, version, media_revision,
                void_reason, idempotency_key, request_digest, document)
            select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
                                 $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[])
            on conflict (command_id, log_partition, topic) do update set
                event_id = excluded.event_id, log_offset = excluded.log_offset,
                resource_id = excluded.resource_id, version = excluded.version,
                media_revision = excluded.media_revision, void_reason = excluded.void_reason,
                idempotency_key = excluded.idempotency_key, request_digest = excluded.request_digest,
                document = excluded.document
            where c.void_reason is not null
            """,
            [
                .textArray(commands.map(\.id.text)), .textArray(commands.map(\.event.text)),
                .textArray(commands.map(\.topic.name)), .intArray(commands.map { Int64($0.position.partition) }),
                .intArray(commands.map(\.position.offset)), .intArray(commands.map(\.resource)),
                .intArray(commands.map(\.version)), .intArray(commands.map(\.mediaRevision)),
                .textArray(commands.map { $0.voidReason?.rawValue }), .textArray(commands.map { $0.idempotency?.key }),
                .textArray(commands.map { $0.idempotency?.request }),
                .textArray(commands.map { $0.document.map { String(decoding: $0, as: UTF8.self) } }),
            ])
    }

    func insert(_ events: [Batch.ProductEventVerdict]) -> PostgresStatement {
        PostgresStatement(
            """
            insert into \(schema).product_events (
                product_id, log_partition, log_offset, version, media_revision, occurred_at, is_change, void_reason)
            select id, partition, log_offset, version, media_revision, \(Self.time("ms")), change = 1, reason
            from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                        $7::bigint[], $8::text[])
                as x(id, partition, log_offset, version, media_revision, ms, change, reason)
            """,
            [
                .intArray(events.map(\.product.value)), .intArray(events.map { Int64($0.position.partition) }),
                .intArray(events.map(\.position.offset)), .intArray(events.map(\.version)),
                .intArray(events.map(\.mediaRevision)), .intArray(events.map(\.occurredAt.milliseconds)),
                .intArray(events.map { $0.isChange ? 1 : 0 }), .textArray(events.map { $0.voidReason?.rawValue }),
            ])
    }

    func insert(_ records: [Batch.QuarantinedRecord]) -> PostgresStatement {
        PostgresStatement(
            """
            insert into \(schema).quarantine
            select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
            on conflict do nothing
            """,
            [
                .textArray(records.map(\.record.topicPartition.topic)),
                .intArray(records.map { Int64($0.record.topicPartition.partition) }),
                .intArray(records.map(\.record.offset)), .textArray(records.map { Self.storable($0.record.keyText) }),
                .textArray(records.map { Self.storable($0.reason) }),
            ])
    }

    /// What the log has used is not leased again.
    static func reserveIDs(_ changes: Batch.Changes) -> PostgresStatement {
        PostgresStatement(
            "select warelog.reserve_ids($1, $2)", [.int(changes.newestProduct), .int(changes.newestUser)])
    }

    /// Tells the gateways, after the commit, up to where each partition is folded. Of the live generation only: they
    /// read no other, and would look for verdicts before they are there.
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

    /// Of a column of milliseconds. Seconds with decimals would be a double, which is too coarse from the year 2242 on.
    private static func time(_ column: String) -> String {
        "(to_timestamp(\(column) / 1000) + \(column) % 1000 * interval '1 millisecond')"
    }

    /// Postgres' text holds no NUL.
    private static func storable(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }
}
