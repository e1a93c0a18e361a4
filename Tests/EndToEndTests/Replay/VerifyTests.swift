import Events
import HTTPMessages
import JSON
import Postgres
import Testing

extension EndToEnd {
    /// Verification finds every change of the read model that the fold did not make.
    @Suite struct VerifyTests {
        struct Damage: Sendable, CustomTestStringConvertible {
            let table: String
            /// SQL with `$SCHEMA` and `$ID`.
            let sql: String
            /// The number to add to the id, for an unexpected row.
            var added: Int64 = 0
            var testDescription: String { sql }
        }

        /// A changed byte of one row, for each kind of column; a missing row; an unexpected row.
        static let damages: [Damage] = [
            Damage(table: "products", sql: "update $SCHEMA.products set product_name = 'Odd product' where id = $ID"),
            Damage(
                table: "products",
                sql: "update $SCHEMA.products set product_price = product_price + 0.01 where id = $ID"),
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
                    """, added: 900_719_925_474),
            Damage(
                table: "product_events",
                sql: "update $SCHEMA.product_events set is_change = false where product_id = $ID"),
            Damage(
                table: "product_events",
                sql: "update $SCHEMA.product_events set void_reason = 'gone' where product_id = $ID"),
            Damage(table: "product_events", sql: "delete from $SCHEMA.product_events where product_id = $ID"),
            Damage(
                table: "commands",
                sql:
                    "update $SCHEMA.commands set event_id = 'x' where resource_id = $ID and topic = 'products.events'"),
            Damage(
                table: "commands",
                sql: """
                    update $SCHEMA.commands set topic = 'products.event_'
                    where resource_id = $ID and topic = 'products.events'
                    """
            ),
            Damage(
                table: "commands",
                sql: "delete from $SCHEMA.commands where resource_id = $ID and topic = 'products.events'"),
            Damage(table: "users", sql: "update $SCHEMA.users set name = name || ' ' where id = $ID"),
            Damage(
                table: "users",
                sql: "update $SCHEMA.users set created_at = created_at - interval '1 day' where id = $ID"),
            Damage(table: "users", sql: "delete from $SCHEMA.users where id = $ID"),
        ]

        @Test(arguments: ["products", "product_events", "commands", "users"])
        func everyDamageIsNamedAndARebuildEndsIt(_ table: String) throws {
            try Environment.run { warelog in
                let damages = Self.damages.filter { $0.table == table }
                let ids = try await Self.entities(damages.count, of: table, warelog)
                try await warelog.caughtUp()
                let schema = try await warelog.liveSchema
                for (id, damage) in zip(ids, damages) {
                    let sql = damage.sql.replacing("$SCHEMA", with: schema).replacing("$ID", with: "\(id)")
                    try await warelog.database.simple(sql)
                }
                let end = try await warelog.processes.run("verify", "--json")
                #expect(end.status == 1)
                let differences = end.objects.first?["differences"]?.elements ?? []
                let wanted = zip(ids, damages).map { $0 + $1.added }
                #expect(Set(differences.compactMap { $0["id"]?.integer }) == Set(wanted), "\(end.output)")
                #expect(differences.allSatisfy { $0["table"]?.string == table }, "\(end.output)")
                for difference in differences where table != "users" && ids.contains(difference["id"]?.integer ?? 0) {
                    #expect(
                        (difference["event_offsets"]?.elements.count ?? 0) >= 3, "its events are named: \(end.output)")
                }
                let rebuilt = try await warelog.processes.run("rebuild", "--accept-quarantine")
                #expect(rebuilt.isDone, "\(rebuilt)")
                try await warelog.expectVerified()
            }
        }

        private static func entities(_ count: Int, of table: String, _ warelog: Environment) async throws -> [Int64] {
            guard table == "users" else {
                let products = try await warelog.leaseProducts(count)
                try await warelog.appendStories(of: products)
                return products.map(\.value)
            }
            var users: [Int64] = []
            for _ in 0..<count {
                let registered = try await warelog.send(.post, "/users", #"{"name":"Somebody"}"#)
                users.append(try #require(registered.data?["id"]?.integer))
            }
            return users
        }
    }
}
