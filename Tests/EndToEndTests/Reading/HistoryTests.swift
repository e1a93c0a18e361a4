import EventLog
import EventLoop
import Events
import Glibc
import HTTPClient
import HTTPMessages
import History
import JSON
import Kafka
import Postgres
import Tables
import Telemetry
import Testing

extension EndToEnd {
    /// The history of a product, for clients and for operators.
    @Suite struct HistoryTests {
        @Test func everyEventIsInTheHistoryWithItsVerdictAndItsChanges() throws {
            try Environment.run { warelog in
                let id = try await warelog.productWithAPast()
                let whole = try await warelog.send(.get, "/products/\(id)/history")
                let entries = try #require(whole.data?.elements)
                #expect(whole.status == .ok && whole.json?["next_cursor"]?.isNull == true)
                #expect(
                    entries.map(Self.outcome) == [
                        "ProductCreated accepted 1.0", "ImageCompressionFailed accepted 1.1",
                        "ProductUpdated accepted 2.1",
                        "ProductUpdated voided version-mismatch 2.1", "ProductUpdated voided duplicate-command 2.1",
                        "ProductUpdated accepted 2.1", "ProductDeleted accepted 3.1", "ProductUpdated voided gone 3.1",
                    ])
                let changes = entries.map { $0["changes"]?.members.map(\.key) ?? [] }
                #expect(changes[0].count == 8 && changes[1].count == 1 && changes[1][0].hasPrefix("images/"))
                #expect(changes[2...].elementsEqual([["product_price"], [], [], [], ["is_deleted"], []]))
                let price = entries[2]["changes"]?["product_price"]
                #expect(price?["from"]?.number == "1" && price?["to"]?.number == "2.5")
                #expect(
                    entries.map { $0["source"]?.string } == [
                        "/warelog/gateway", "/warelog/compressor", "/warelog/gateway", "/test", "/test", "/test",
                        "/warelog/gateway", "/test",
                    ])
                #expect(entries[3]["actor"]?.string == "ada" && entries[2]["actor"]?.isNull == true)
                let offsets = entries.compactMap { $0["position"]?["offset"]?.integer }
                #expect(offsets == offsets.sorted() && offsets.count == entries.count)

                var walked: [JSONValue] = []
                var next: String? = "/products/\(id)/history?limit=3"
                while let path = next {
                    let page = try await warelog.send(.get, path)
                    walked += page.data?.elements ?? []
                    next = page.headers["Link"].map { String($0.dropFirst().prefix { $0 != ">" }) }
                }
                #expect(walked.map(Self.outcome) == entries.map(Self.outcome))
                #expect(walked.map { $0["changes"]?.members.map(\.key) ?? [] } == changes)
            }
        }

        private static func outcome(_ entry: JSONValue) -> String {
            let type = entry["type"]?.string?.split(separator: ".").dropFirst().first ?? ""
            let words = [String(type), entry["verdict"]?.string, entry["void_reason"]?.string].compactMap { $0 }
            let version = "\(entry["version"]?.integer ?? -1).\(entry["media_revision"]?.integer ?? -1)"
            return words.joined(separator: " ") + " " + version
        }

        @Test func whatHasNoHistoryIsNotFound() throws {
            try Environment.run { warelog in
                for path in ["/products/9007199254740991/history", "/products/x/history"] {
                    #expect(
                        try await warelog.send(.get, path).json?["type"]?.string
                            == "urn:warelog:problem:product-not-found")
                }
                let id = try await warelog.create().id
                let wrong = try await warelog.send(.get, "/products/\(id)/history?cursor=x")
                #expect(wrong.json?["type"]?.string == "urn:warelog:problem:invalid-cursor")
                #expect(try await warelog.send(.head, "/products/\(id)/history").status == .ok)
                #expect(try await warelog.send(.post, "/products/\(id)/history", "{}").status == .methodNotAllowed)
            }
        }

        @Test func whatIsBeyondTheBudgetIsNotFolded() throws {
            try Environment.run { warelog in
                let id = try #require(ProductID(try await warelog.productWithAPast()))
                try await warelog.withPast { _, history in
                    let all = try await history(id).entries(after: -1, limit: 100, from: .product(nil)).entries
                    let second = all[1].event.position.offset
                    for (events, isKnown) in [(2, true), (1, false)] {
                        var budget = FoldBudget(events: events)
                        let known = try await history(id).known(at: second, &budget)
                        let page = try await history(id).entries(after: second, limit: 100, from: known)
                        #expect(page.entries.map(\.version) == all.dropFirst(2).map(\.version))
                        let changes = page.entries.map { $0.changes }
                        #expect(changes == all.dropFirst(2).map { isKnown || $0.voidReason != nil ? $0.changes : nil })
                        var another = FoldBudget(events: events)
                        if isKnown {
                            let product = try await history(id).product(upTo: second, &another)
                            #expect(product?.mediaRevision == 1)
                        } else {
                            await #expect(throws: HistoryTooLong.self) {
                                var budget = FoldBudget(events: 1)
                                _ = try await history(id).product(at: .version(2), &budget)
                            }
                        }
                    }
                }
            }
        }

        @Test func theToolShowsTheHistoryAndExplainsEachValue() throws {
            try Environment.run { warelog in
                let id = try await warelog.productWithAPast()
                let entries = try #require(try await warelog.send(.get, "/products/\(id)/history").data?.elements)
                let lines = try await warelog.processes.tool("history", "\(id)", "--json").split(separator: "\n")
                let ids = try lines.map { try JSONDocument(parsing: Array($0.utf8)).root["event_id"]?.string }
                #expect(ids == entries.map { $0["event_id"]?.string })
                let text = try await warelog.processes.tool("history", "\(id)", "--limit", "3").split(separator: "\n")
                #expect(text.count == 3 && text[2].contains("ProductUpdated  2.1  product_price 1 -> 2.5"))

                let price = try await warelog.processes.tool("explain", "\(id)", "product_price")
                #expect(price.hasPrefix("product_price of product \(id): 2.5\n") && price.contains("\nbefore: 1\n"))
                for index in [0, 2] { #expect(price.contains(try #require(entries[index]["command_id"]?.string))) }
                let image = try #require(entries[0]["changes"]?.members.map(\.key).first { $0.hasPrefix("images/") })
                #expect(try await warelog.processes.tool("explain", "\(id)", image).contains("by /warelog/compressor"))
                let name = try await warelog.processes.tool("explain", "\(id)", "product_name")
                #expect(name.contains("\"Sample Product\"") && name.hasSuffix("before: none\n"))
                for wrong in ["colour", "images/none"] {
                    await #expect(throws: Processes.Failed.self) {
                        try await warelog.processes.tool("explain", "\(id)", wrong)
                    }
                }
            }
        }

        @Test func theTailFollowsTheLog() throws {
            try Environment.run { warelog in
                let id = try await warelog.productWithAPast()
                let lines = try await warelog.processes.tool(
                    "tail", "--from-beginning", "--product", "\(id)", "--limit", "8", "--json")
                let events = try lines.split(separator: "\n").map { try JSONDocument(parsing: Array($0.utf8)).root }
                #expect(events.count == 8 && events.allSatisfy { $0["subject"]?.string == "\(id)" })
                #expect(events[0]["data"]?["product_name"]?.string == "Sample Product")
                let deleted = try await warelog.processes.tool(
                    "tail", "--from-beginning", "--product", "\(id)", "--type", "ProductDeleted", "--limit", "1")
                #expect(deleted.contains("  ProductDeleted  product \(id) command "))
                // The command has no end of its own, and ends well when it is told to.
                let tail = try warelog.processes.start(tool: ["tail", "--from-beginning", "--type", "UserRegistered"])
                await tail.awaitOutput { $0.text.contains("  UserRegistered  user ") }
                tail.send(SIGINT)
                #expect(await tail.end().isDone)
            }
        }
    }
}

extension Environment {
    /// Creates a product with an image that fails, edits it, edits it in vain three times and once without a change,
    /// deletes it, and edits it in vain.
    func productWithAPast() async throws -> Int64 {
        let id = try await create(images: ["missing.jpg"]).id
        _ = try await finished(id)
        let edited = try await send(.patch, "/products/\(id)", "{\"product_price\":2.5}")
        #expect(edited.status == .ok)
        let product = try #require(ProductID(id))
        let recorded = try #require(try await LogTopics.recorded(database)[Topic.products.name])
        let producer = try KafkaProducer(KafkaConfiguration(brokers: processes.brokers, clientID: "test"), loop: loop)
        let writer = EventWriter(
            producer, source: "/test", partitions: PartitionCounts(products: recorded, users: recorded))
        let command = try await database.query(
            """
            select command_id from warelog.commands
            where resource_id = $1 and topic = 'products.events' and version = 1
            """,
            [.int(id)]
        ).rows
        let taken = CommandID(try #require(try command.first?.text("command_id")))
        @Sendable func edit(_ name: String?, _ command: CommandID, expecting version: Int64?) async throws {
            let event = ProductUpdated(productID: product, name: name)
            _ = try await writer.append(
                .updated(event),
                EventMetadata(
                    id: EventID("test-\(UInt64.random(in: 0 ... .max))"), time: WallClock.now(), command: command,
                    expectedVersion: version, actor: "ada"))
        }
        func new() -> CommandID { CommandID("test-\(UInt64.random(in: 0 ... .max))") }
        try await edit("Stale", new(), expecting: 1)
        try await edit("Again", taken, expecting: nil)
        try await edit(nil, new(), expecting: nil)
        #expect(try await send(.delete, "/products/\(id)").status == .noContent)
        try await edit("Late", new(), expecting: nil)
        await producer.close()
        try await fold {
            try await database.query("select 1 from warelog.product_events where product_id = $1", [.int(id)]).rows
                .count == 8
        }
        return id
    }
}
