import Events
import JSON
import Postgres
import Testing

extension EndToEnd {
    /// Whatever is changed in the read model behind the fold's back is found.
    @Suite struct VerifyTests {
        struct Damage: Sendable, CustomTestStringConvertible {
            let table: String
            /// SQL with `$SCHEMA` and `$ID`.
            let sql: String
            var testDescription: String { sql }
        }

        /// A byte of one row, of each kind of column; a row that is gone; a row too many.
        static let damages: [Damage] = [
            Damage(table: "products", sql: "update $SCHEMA.products set product_name = 'Odd product' where id = $ID"),
            Damage(table: "products", sql: "update $SCHEMA.products set product_price = product_price + 0.01 where id = $ID"),
            Damage(table: "products", sql: "update $SCHEMA.products set version = version + 1 where id = $ID"),
            Damage(table: "products", sql: "update $SCHEMA.products set is_deleted = not is_deleted where id = $ID"),
            Damage(
                table: "products",
                sql: "update $SCHEMA.products set updated_at = updated_at + interval '1 microsecond' where id = $ID"),
            Damage(table: "products", sql: "update $SCHEMA.products set product_images = '{x}' where id = $ID"),
            Damage(table: "products", sql: "update $SCHEMA.products set images = ' []' where id = $ID"),
            Damage(table: "products", sql: "update $SCHEMA.products set log_offset = log_offset + 1 where id = $ID"),
            Damage(table: "products", sql: "update $SCHEMA.products set log_partition = 99 where id = $ID"),
            Damage(table: "products", sql: "delete from $SCHEMA.products where id = $ID"),
            Damage(
                table: "products",
                sql: """
                    insert into $SCHEMA.products
                    select id + 900719925474, 99, log_offset, user_id, version, media_revision, created_at, updated_at,
                           is_deleted, product_price, product_name, product_description, product_images,
                           compressed_product_images, images
                    from $SCHEMA.products where id = $ID
                    """),
            Damage(table: "product_events", sql: "update $SCHEMA.product_events set is_change = false where product_id = $ID"),
            Damage(table: "product_events", sql: "update $SCHEMA.product_events set void_reason = 'gone' where product_id = $ID"),
            Damage(table: "product_events", sql: "delete from $SCHEMA.product_events where product_id = $ID"),
            Damage(table: "commands", sql: "update $SCHEMA.commands set event_id = 'x' where resource_id = $ID and topic = 'products.events'"),
            Damage(table: "commands", sql: "update $SCHEMA.commands set topic = 'products.event_' where resource_id = $ID and topic = 'products.events'"),
            Damage(table: "commands", sql: "delete from $SCHEMA.commands where resource_id = $ID and topic = 'products.events'"),
            Damage(table: "users", sql: "update $SCHEMA.users set name = name || ' ' where id = $USER"),
            Damage(table: "users", sql: "update $SCHEMA.users set created_at = created_at - interval '1 day' where id = $USER"),
            Damage(table: "users", sql: "delete from $SCHEMA.users where id = $USER"),
        ]

        @Test func everyDamageIsNamedAndARebuildEndsIt() throws {
            try Environment.run { warelog in
                let registered = try await warelog.send(.post, "/users", #"{"name":"Somebody"}"#)
                let user = try #require(registered.data?["id"]?.integer)
                let products = try await warelog.leaseProducts(Self.damages.count)
                try await warelog.appendStories(of: products)
                try await warelog.expectVerified()
                let schema = try await warelog.liveSchema
                for (product, damage) in zip(products, Self.damages) {
                    let id = damage.table == "users" ? user : product.value
                    let sql = damage.sql.replacing("$SCHEMA", with: schema).replacing("$ID", with: "\(id)")
                        .replacing("$USER", with: "\(user)")
                    // What was before comes back at the end.
                    try await warelog.database.simple(
                        """
                        create table public.undamaged as select * from \(schema).\(damage.table)
                        where \(Self.column(damage.table)) = \(id);
                        \(sql)
                        """)
                    let end = try await warelog.processes.run("verify", "--json")
                    #expect(end.status == 1, "\(sql)")
                    let differences = end.objects.first?["differences"]?.elements ?? []
                    let named = differences.map { "\($0["table"]?.string ?? "") \($0["id"]?.integer ?? 0)" }
                    let added = sql.contains("insert") ? 900_719_925_474 as Int64 : 0
                    #expect(Set(named) == ["\(damage.table) \(id + added)"], "\(sql) \(end.output)")
                    if damage.table != "users", added == 0 {
                        #expect(differences.allSatisfy { ($0["event_offsets"]?.elements.count ?? 0) >= 3 }, "\(end.output)")
                    }
                    // Whatever was left of it would be named the next time.
                    try await Self.repair(warelog, schema, damage.table, id, added)
                }
                try await warelog.database.simple("delete from \(schema).products where id = \(products[0])")
                let end = try await warelog.processes.run("rebuild", "--accept-quarantine")
                #expect(end.isDone, "\(end)")
                try await warelog.expectVerified()
            }
        }

        private static func column(_ table: String) -> String {
            ["products": "id", "users": "id", "product_events": "product_id", "commands": "resource_id"][table] ?? "id"
        }

        private static func repair(
            _ warelog: Environment, _ schema: String, _ table: String, _ id: Int64, _ added: Int64
        ) async throws {
            let columns = try await warelog.database.query(
                """
                select string_agg(attname, ', ') as names from pg_attribute
                where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
                """, [.text("\(schema).\(table)")]
            ).rows[0].text("names")
            try await warelog.database.simple(
                """
                delete from \(schema).\(table) where \(column(table)) in (\(id), \(id + added));
                insert into \(schema).\(table) (\(columns)) select \(columns) from public.undamaged;
                drop table public.undamaged
                """)
        }
    }
}
