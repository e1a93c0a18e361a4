import Base
import EventLog
import Events
import HTTPClient
import HTTPMessages
import HTTPServer
import History
import JSON
import Kafka
import Postgres
import Tables
import Testing

@testable import Gateway

extension EndToEnd {
    /// A past list is compared with the list that was read at that time.
    @Suite struct PastListTests {
        private static let queries = ListOrder.all.flatMap { order in
            ["", "&price_min=2&price_max=4.25&product_name=NAME", "&product_name=3"].map { "sort=\(order.text)\($0)" }
        }

        @Test func everyStateOfAListIsFoundAgain() throws {
            try Environment.run { warelog in
                let user = try await warelog.newUser()
                let snapshots = try await warelog.changeProducts(of: user, steps: 60, every: 15) {
                    var bodies: [[UInt8]] = []
                    for query in Self.queries {
                        bodies.append(try await warelog.send(.get, "/products?user_id=\(user)&\(query)").body)
                    }
                    return bodies
                }
                #expect(snapshots.count == 4)
                for (time, bodies) in snapshots {
                    for (query, body) in zip(Self.queries, bodies) {
                        let path = "/products?user_id=\(user)&\(query)&at=\(time)"
                        let past = try await warelog.send(.get, path)
                        #expect(past.body == body, "\(query) at \(time)")
                        let whole = try JSONDocument(parsing: body).root["data"]?.elements.map(Self.state) ?? []
                        #expect(
                            try await warelog.walk(path + "&limit=2").map(Self.state) == whole, "\(query) at \(time)")
                    }
                }
                let early = try await warelog.send(.get, "/products?user_id=\(user)&at=2020-01-01T00:00:00Z")
                #expect(early.data?.elements.isEmpty == true)
            }
        }

        private static func state(_ product: JSONValue) -> String {
            let numbers = ["id", "version", "media_revision"].map { product[$0]?.integer ?? -1 }
            return "\(numbers) \(product["product_name"]?.string ?? "") \(product["product_price"]?.number ?? "")"
        }

        /// A page considers a bounded number of products, and folds a bounded number of them.
        @Test func whatWouldCostTooMuchIsShorterOrRefused() throws {
            try Environment.run { warelog in
                let user = try await warelog.newUser()
                let snapshots = try await warelog.changeProducts(of: user, steps: 70, every: 30) {
                    try await warelog.send(.get, "/products?user_id=\(user)").body
                }
                let (time, body) = try #require(snapshots.first)
                let ids = try JSONDocument(parsing: body).root["data"]?.elements.compactMap { $0["id"]?.integer } ?? []
                #expect(ids.count > 5)
                try await warelog.withPast { pool, history in
                    func page(
                        _ order: String, _ bound: PastPage.Bound, after cursor: ListCursor? = nil
                    ) async throws -> ProductPage {
                        let key = SigningKey(Secret("0123456789abcdef0123456789abcdef"))
                        let text = "/products?user_id=\(user)&sort=\(order)&at=\(time)"
                        let list = try ListQuery(try #require(HTTPRequest(.get, text)).query, key: key).list
                        let more = cursor.map { "&cursor=\($0.text(of: list, key: key))" } ?? ""
                        let query = try ListQuery(try #require(HTTPRequest(.get, text + more)).query, key: key)
                        return try await PastPage(query: query, time: time, pool: pool, history: history).load(bound)
                    }
                    for bound in [
                        PastPage.Bound(products: 3, folded: 100), .init(products: 100, folded: 1),
                        .init(products: 100, folded: 100, events: 3),
                    ] {
                        var walked: [Int64] = []
                        var cursor: ListCursor?
                        var pages = 0
                        repeat {
                            let page = try await page("created_at", bound, after: cursor)
                            walked += page.products.map(\.id.value)
                            cursor = page.end
                            pages += 1
                        } while cursor != nil
                        #expect(walked == ids && pages > 1, "\(bound)")
                        await #expect(throws: HistoryTooLong.self, "\(bound)") {
                            _ = try await page("product_price", bound)
                        }
                    }
                    let bound = PastPage.Bound(products: 100, folded: 100, events: 0)
                    await #expect(throws: HistoryTooLong.self) { _ = try await page("created_at", bound) }
                }
            }
        }
    }
}

extension Environment {
    func newUser() async throws -> Int64 { try await send(.post, "/users", "{\"name\":\"Ada\"}").id }

    /// Creates, edits and deletes products of a user, and returns what `look` saw now and then, with the times.
    func changeProducts<Seen>(
        of user: Int64, steps: Int, every period: Int, look: () async throws -> Seen
    ) async throws -> [(time: Timestamp, seen: Seen)] {
        var random = RandomEdits(seed: 7)
        var ids: [Int64] = []
        var seen: [(time: Timestamp, seen: Seen)] = []
        for step in 1...steps {
            switch Int.random(in: 0..<10, using: &random) {
            case _ where ids.isEmpty, 0...4:
                let name = "Nâme \(Int.random(in: 0..<5, using: &random))"
                let price = "\(Int.random(in: 1..<6, using: &random)).25"
                let body = "{\"user_id\":\(user),\"product_name\":\"\(name)\",\"product_price\":\(price)}"
                ids.append(try await send(.post, "/products", body).id)
            case 5:
                let id = ids.remove(at: Int.random(in: ids.indices, using: &random))
                #expect(try await send(.delete, "/products/\(id)").status == .noContent)
            default:
                let id = ids[Int.random(in: ids.indices, using: &random)]
                #expect(try await send(.patch, "/products/\(id)", random.edit { _ in "urn:none" }).status.code < 500)
            }
            if step.isMultiple(of: period) { seen.append((await pastNow(), try await look())) }
        }
        return seen
    }

    /// Returns all products of a list, page by page.
    func walk(_ path: String) async throws -> [JSONValue] {
        var products: [JSONValue] = []
        var next: String? = path
        while let path = next {
            let page = try await send(.get, path)
            #expect(page.status == .ok)
            products += page.data?.elements ?? []
            next = page.json?["next_cursor"]?.string.map { "\(path.split(separator: "&cursor=")[0])&cursor=\($0)" }
        }
        return products
    }

    /// Runs `body` with the parts that reads of the past need, without a gateway.
    func withPast(
        _ body: @escaping @Sendable (
            PostgresPool, _ history: @escaping @Sendable (ProductID) -> ProductHistory
        ) async throws -> Void
    ) async throws {
        let pool = PostgresPool(databaseConfiguration, loop: loop, size: 1, maximumWaiting: 8)
        let log = LogReader(KafkaConfiguration(brokers: processes.brokers, clientID: "test"), loop: loop)
        let recorded = try await LogTopics.recorded(database)
        let partitions = try #require(recorded[Topic.products.name])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { try await log.run() }
            group.addTask(executorPreference: loop) {
                defer { log.stop() }
                try await body(pool) {
                    ProductHistory(id: $0, partition: $0.partition(of: partitions), pool: pool, log: log)
                }
            }
            try await group.waitForAll()
        }
        await pool.close()
    }
}
