import Events
import Postgres
import Testing

@testable import Gateway

extension EndToEnd {
    /// The cost of a page of a list of 1,200,000 products, counted in pages of the database and never in time.
    @Suite struct ListPlanTests {
        /// User 1 has a million products, 200 others have a thousand each.
        private static func fill(_ database: ListDatabase) async throws {
            let indexes = try await database.connection.query(
                """
                select indexname, indexdef from pg_indexes
                where schemaname = 'read_model_3' and tablename = 'products' and indexname <> 'products_pkey'
                """
            ).rows.map { (name: try $0.text("indexname"), definition: try $0.text("indexdef")) }
            // The table is filled before it is indexed, which is several times faster.
            for index in indexes { try await database.connection.simple("drop index read_model_3.\(index.name)") }
            // So that vacuum finds every row committed and settled: an asynchronous commit is not, for a while. Full
            // pages: more than 32,672 of them have a second page of visibility map, and who goes to and fro between the
            // two is counted for each way.
            try await database.connection.simple(
                """
                set synchronous_commit = on;
                alter table read_model_3.products set (autovacuum_enabled = off, fillfactor = 100)
                """)
            let first = "['Red', 'Blue', 'Green', 'Grand', 'Tiny', 'Café', 'Old', 'New', 'Smart', 'Wide']"
            let second = "['chair', 'table', 'lamp', 'shelf', 'Größe', 'mirror', 'vase']"
            let one = "(array\(first))[1 + (hashint8(i) & 1023) % 10]"
            let words = "\(one) || ' ' || (array\(second))[1 + (hashint8(i * 7) & 1023) % 7]"
            try await database.insert(
                "generate_series(1, 1200000)", user: "case when i <= 1000000 then 1 else 2 + i % 200 end",
                name: "case when i % 5000 = 7 then 'Стол ' else \(words) end || ' ' || i",
                price: "1 + ((hashint8(i * 31) & 1048575) % 100000) / 100.0",
                created: "timestamptz '2026-11-21 08:30:00Z' + i * interval '7 milliseconds'")
            try await database.connection.simple("set maintenance_work_mem = '256MB'")
            for index in indexes {
                try await database.connection.simple(index.definition)
            }
            // Statistics of all names, not of a sample: in a sample of a thousand, a name that holds 9999 by chance
            // stands for 1200 products, and for a few such names the planner would scan the list.
            try await database.connection.simple(
                "alter table read_model_3.products alter search_name set statistics 10000")
            _ = try await database.connection.query("vacuum (analyze) read_model_3.products")
        }

        private static let filters = [
            "",
            "&price_min=100&price_max=200", "&price_min=10&price_max=10.5", "&price_max=900",
            "&product_name=CAFE", "&product_name=9999", "&product_name=СТОЛ", "&product_name=nowhere",
            "&product_name=e",
            "&product_name=zq",
            "&product_name=CAFE&price_min=100&price_max=200", "&product_name=9999&price_min=500",
            "&product_name=e&price_min=10&price_max=10.5",
        ]

        @Test func everyPageOfEveryListIsFoundByIndexAndNoDeeperOneCostsMore() throws {
            try ListDatabase.run { database in
                try await Self.fill(database)
                let rows = try await database.connection.query(
                    """
                    select relallvisible = relpages as is_settled,
                           pg_relation_size('read_model_3.products_by_creation') / 8192 as index_pages
                    from pg_class where oid = 'read_model_3.products'::regclass
                    """
                ).rows
                try #require(rows.first?.bool("is_settled") == true)
                let index = try #require(rows.first).int("index_pages")
                for owner in ["user_id=1", "user_id=2", "user_id="] {
                    for filter in Self.filters {
                        for order in ListOrder.all {
                            let list = "\(owner)\(filter)&sort=\(order.text)"
                            let first = try await database.plan(database.query(list))
                            let deep = try await database.plan(
                                database.query(list, after: try await database.placeNearTheEnd(of: list, order)))
                            for plan in [first, deep] {
                                #expect(!plan.nodes.contains { $0.contains("Seq Scan") }, "\(list): \(plan)")
                                // The plan reads the index once, in either direction, and the products of the page.
                                #expect(plan.buffers < 2 * index + 1000, "\(list): \(plan)")
                            }
                            #expect(deep.buffers <= 2 * first.buffers + 100, "\(list): first \(first), deep \(deep)")
                            if Self.areFew.contains(filter) || owner == "user_id=2" {
                                #expect(first.buffers < 6000, "\(list): \(first)")
                            }
                            if filter.isEmpty { #expect(first.buffers < 1000, "\(list): \(first)") }
                        }
                    }
                }
            }
        }

        @Test func aListWithoutFiltersIsOneRangeOfItsIndexWhateverTheStatisticsKnow() throws {
            try ListDatabase.run { database in
                // The state after a new user's import, before Postgres has analysed the table: it expects one product,
                // for which the order does not matter, and the index by name is the deepest of all.
                let name = "repeat('long ', 100) || i"
                try await database.connection.simple("alter table read_model_3.products set (autovacuum_enabled = off)")
                try await database.insert("generate_series(1001, 3000)", user: "i", name: name)
                _ = try await database.connection.query("vacuum (analyze) read_model_3.products")
                try await database.insert("generate_series(100001, 120000)", name: name)
                for order in ListOrder.all {
                    for owner in ["user_id=1", "user_id="] {
                        let plan = try await database.plan(database.query("\(owner)&sort=\(order.text)"))
                        #expect(!plan.nodes.contains { $0.contains("Sort") }, "\(owner) \(order.text): \(plan)")
                        #expect(plan.buffers < 1000, "\(owner) \(order.text): \(plan)")
                    }
                }
            }
        }

        /// Filters that leave a few hundred of a million products. Whatever the order is, these are not looked for one
        /// by one.
        private static let areFew: Set = [
            "&price_min=10&price_max=10.5", "&product_name=9999", "&product_name=СТОЛ", "&product_name=nowhere",
            "&product_name=9999&price_min=500", "&product_name=e&price_min=10&price_max=10.5",
        ]
    }
}

extension ListDatabase {
    /// The position of the 300th product from the end, or of one nearer to the end in a shorter list.
    fileprivate func placeNearTheEnd(of list: String, _ order: ListOrder) async throws -> ListCursor? {
        let reverse = ListOrder(key: order.key, isDescending: !order.isDescending)
        let query = list.replacing("sort=\(order.text)", with: "sort=\(reverse.text)")
        var end: ListCursor?
        for _ in 1...3 {
            guard let next = try await page(query, after: end).end else { break }
            end = next
        }
        return end
    }
}
