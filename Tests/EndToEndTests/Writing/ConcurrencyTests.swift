import EventLog
import EventLoop
import Events
import HTTPClient
import HTTPMessages
import JSON
import Kafka
import Postgres
import Synchronization
import Testing

extension EndToEnd {
    /// Two gateways and many clients see one state.
    @Suite struct ConcurrencyTests {
        private struct Attempt: Sendable {
            let expected: Int64
            let name: String
            let status: Int
            /// The product's version, as the answer has it.
            let version: Int64?
        }

        @Test func ofRacingEditsOnOneVersionExactlyOneWins() throws {
            try Environment.run { warelog in
                try await warelog.processes.start(.secondGateway, awaiting: "\"message\":\"serving\"")
                let id = try await warelog.create(name: "race 0").id
                let attempts = try await Self.race(warelog, id, clients: 16, edits: 5000)

                #expect(attempts.count == 5000)
                #expect(attempts.allSatisfy { [200, 412].contains($0.status) })
                let won = Dictionary(grouping: attempts.filter { $0.status == 200 }, by: \.expected)
                let answer = try await warelog.send(.get, "/products/\(id)")
                let final = try #require(answer.data)
                let last = try #require(final["version"]?.integer)
                #expect(won.keys.sorted() == Array(1..<last), "every version was followed by one")
                #expect(won.values.allSatisfy { $0.count == 1 }, "and by no more than one")
                #expect(won.values.allSatisfy { $0[0].version == $0[0].expected + 1 })
                #expect(attempts.filter { $0.status == 412 }.allSatisfy { ($0.version ?? 0) > $0.expected })
                #expect(final["product_name"]?.string == won[last - 1]?.first?.name)

                let folded = try await warelog.foldedFromLog(ProductID(id)!)
                let json = String(decoding: ProductDocument(try #require(folded)).json, as: UTF8.self)
                #expect(String(decoding: answer.body, as: UTF8.self).contains(json))

                let verdicts = try await warelog.verdicts(of: id)
                try await warelog.rebuild()
                #expect(try await warelog.verdicts(of: id) == verdicts)
                #expect(verdicts.split(separator: "\n").count >= Int(last))
            }
        }

        /// Each client edits the version that it sees, through its own gateway, without any other coordination.
        private static func race(
            _ warelog: Environment, _ id: Int64, clients: Int, edits: Int
        ) async throws -> [Attempt] {
            let started = Counter()
            return try await withThrowingTaskGroup(of: [Attempt].self) { group in
                for client in 0..<clients {
                    let gateway: Processes.Name = client.isMultiple(of: 2) ? .gateway : .secondGateway
                    group.addTask {
                        var attempts: [Attempt] = []
                        var version: Int64 = 1
                        while true {
                            let number = started.next()
                            guard number <= edits else { return attempts }
                            let name = "race \(client) \(number)"
                            let answer = try await warelog.send(
                                .put, "/products/\(id)", #"{"product_name":"\#(name)","product_price":1}"#,
                                headers: ["If-Match": "\"\(version).0\"", "Prefer": "wait=30"], to: gateway)
                            let seen = answer.data?["version"]?.integer ?? answer.json?["current_version"]?.integer
                            attempts.append(
                                .init(
                                    expected: version, name: name, status: answer.status.code, version: seen))
                            version = seen ?? version
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }

        @Test func editsOfDifferentFieldsBothSurvive() throws {
            try Environment.run { warelog in
                try await warelog.processes.start(.secondGateway, awaiting: "\"message\":\"serving\"")
                let id = try await warelog.create(name: "before").id
                for round in 1...20 {
                    async let name = warelog.send(
                        .patch, "/products/\(id)", #"{"product_name":"name \#(round)"}"#)
                    async let price = warelog.send(
                        .patch, "/products/\(id)", #"{"product_price":\#(round)}"#, to: .secondGateway)
                    let answers = try await [name, price]
                    #expect(answers.map(\.status) == [.ok, .ok])
                    let token = answers[1].headers["Consistency-Token"] ?? ""
                    let first = answers[0].headers["Consistency-Token"] ?? ""
                    _ = try await warelog.send(.get, "/products/\(id)", headers: ["Consistency-Token": first])
                    let product = try await warelog.send(.get, "/products/\(id)", headers: ["Consistency-Token": token])
                    #expect(product.data?["product_name"]?.string == "name \(round)")
                    #expect(product.data?["product_price"]?.number == "\(round)")
                }
            }
        }

        @Test func aReadWithItsTokenSeesTheWriteOrSaysThatItCannot() throws {
            try Environment.run { warelog in
                try await warelog.processes.start(.secondGateway, awaiting: "\"message\":\"serving\"")
                let count = 10_000
                let counts = try await withThrowingTaskGroup(of: [Int: Int].self) { group in
                    let started = Counter()
                    for _ in 0..<32 {
                        group.addTask { try await Self.writeAndRead(warelog, started, count) }
                    }
                    group.addTask {
                        // The projector stops for a second, three times in the middle of the run.
                        for part in 1...3 {
                            while started.value < part * count / 4 {
                                try await warelog.loop.sleep(for: .milliseconds(10))
                            }
                            warelog.processes.pause(.projector)
                            try await warelog.loop.sleep(for: .seconds(1))
                            warelog.processes.goOn(.projector)
                        }
                        return [:]
                    }
                    return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
                }
                #expect(counts[0] == nil, "a read that succeeded showed what its token names")
                #expect(counts.values.reduce(0, +) == count)
                #expect((counts[200] ?? 0) > count / 2)
                #expect(Set(counts.keys).isSubset(of: [200, 503]))
            }
        }

        /// Returns the number of reads by status; those that were answered with 200 but without the product count as
        /// status 0.
        private static func writeAndRead(
            _ warelog: Environment, _ started: Counter, _ count: Int
        ) async throws -> [Int: Int] {
            var counts: [Int: Int] = [:]
            while true {
                let number = started.next()
                guard number <= count else { return counts }
                let name = "own \(UInt64.random(in: 0 ... .max)) \(number)"
                let body = #"{"user_id":1,"product_name":"\#(name)","product_price":1}"#
                let created = try await warelog.send(
                    .post, "/products", body, headers: ["Prefer": "respond-async"])
                #expect(created.status == .accepted)
                let token = try #require(created.headers["Consistency-Token"])
                let place = try #require(created.data?["resource"]?.string)
                let path =
                    number.isMultiple(of: 2)
                    ? place : "/products?user_id=1&product_name=\(name.replacing(" ", with: "%20"))"
                let read = try await warelog.send(
                    .get, path, headers: ["Consistency-Token": token], to: .secondGateway)
                let found =
                    number.isMultiple(of: 2)
                    ? read.data?["product_name"]?.string : read.data?.elements.first?["product_name"]?.string
                if read.status == .serviceUnavailable {
                    #expect(read.headers["Retry-After"] != nil)
                    #expect(read.json?["type"]?.string == "urn:warelog:problem:consistency-timeout")
                }
                counts[read.status == .ok && found != name ? 0 : read.status.code, default: 0] += 1
            }
        }

        @Test(arguments: [true, false])
        func aRequestWhoseAnswerIsLostCanBeSentAgain(foldedBefore: Bool) throws {
            try Environment.run { warelog in
                let name = "once \(UInt64.random(in: 0 ... .max))"
                let body = #"{"user_id":1,"product_name":"\#(name)","product_price":1}"#
                let headers: HTTPHeaders = ["Idempotency-Key": name.replacing(" ", with: "-"), "Prefer": "wait=60"]
                let before = try await warelog.logEnds().values.reduce(0, +)
                // The event is on the log, and the gateway waits for a fold that does not happen.
                warelog.processes.pause(.projector)
                let lost = Task { try? await warelog.send(.post, "/products", body, headers: headers) }
                while try await warelog.logEnds().values.reduce(0, +) == before {
                    try await warelog.loop.sleep(for: .milliseconds(20))
                }
                await warelog.processes.kill(.gateway)
                #expect(await lost.value == nil, "nobody was answered")
                if foldedBefore { warelog.processes.goOn(.projector) }
                try await warelog.processes.start(.gateway, awaiting: "\"message\":\"serving\"")
                if foldedBefore { try await warelog.fold { try await warelog.count(named: name) == 1 } }

                async let retried = warelog.send(.post, "/products", body, headers: headers)
                if !foldedBefore {
                    while try await warelog.logEnds().values.reduce(0, +) < before + 2 {
                        try await warelog.loop.sleep(for: .milliseconds(20))
                    }
                    warelog.processes.goOn(.projector)
                }
                let answer = try await retried
                #expect(answer.status == .created)
                #expect(answer.headers["Idempotency-Replayed"] == "true")
                let again = try await warelog.send(.post, "/products", body, headers: headers)
                #expect(again.body == answer.body)
                #expect(again.headers["Location"] == answer.headers["Location"])
                #expect(again.headers["ETag"] == answer.headers["ETag"])
                #expect(try await warelog.count(named: name) == 1)
                try await warelog.rebuild()
                let rebuilt = try await warelog.send(.post, "/products", body, headers: headers)
                #expect(rebuilt.status == .created && rebuilt.body == answer.body)
                #expect(rebuilt.headers["Idempotency-Replayed"] == "true")
                #expect(try await warelog.count(named: name) == 1)
            }
        }
    }
}

private final class Counter: Sendable {
    private let state = Mutex(0)

    var value: Int { state.withLock { $0 } }

    func next() -> Int {
        state.withLock { state in
            state += 1
            return state
        }
    }
}

extension Environment {
    func count(named name: String) async throws -> Int64 {
        try await database.query("select count(*) as n from products where product_name = $1", [.text(name)]).rows[0]
            .int("n")
    }

    /// Returns the verdicts on the commands on one product, in the order of the log.
    func verdicts(of id: Int64) async throws -> String {
        try await database.query(
            """
            select string_agg(concat_ws(' ', command_id, event_id, log_partition, log_offset, version, media_revision,
                coalesce(void_reason, 'accepted')), e'\\n' order by log_offset) as all
            from warelog.commands where topic = 'products.events' and resource_id = $1
            """, [.int(id)]
        ).rows[0].text("all")
    }

    /// Deletes the read model and lets the projector fold the log from its beginning.
    func rebuild() async throws {
        await processes.stop(.projector)
        let live = try await liveSchema
        let tables = ["users", "products", "product_events", "commands", "checkpoints", "quarantine"]
        try await database.simple("truncate \(tables.map { "\(live).\($0)" }.joined(separator: ", "))")
        try processes.start(.projector)
        try await caughtUp()
    }

    /// Returns when everything that is on the log now is folded.
    func caughtUp() async throws {
        let ends = try await logEnds()
        try await fold {
            let rows = try await database.query("select topic, partition, next_offset from warelog.checkpoints").rows
            var folded: [TopicPartition: Int64] = [:]
            for row in rows {
                folded[TopicPartition(topic: try row.text("topic"), partition: Int32(try row.int("partition")))] =
                    try row.int("next_offset")
            }
            return ends.allSatisfy { folded[$0, default: 0] >= $1 }
        }
    }

    /// Returns the product as the log defines it, folded from every record of its partition without any read model.
    func foldedFromLog(_ id: ProductID) async throws -> Product? {
        let ends = try await logEnds()
        let count = Int32(ends.keys.count { $0.topic == Topic.products.name })
        let partition = TopicPartition(topic: Topic.products.name, partition: id.partition(of: count))
        let consumer = try KafkaConsumer(
            KafkaConfiguration(brokers: processes.brokers, clientID: "test"), group: nil, loop: loop)
        try consumer.assign([partition: 0])
        var product: Product?
        var next: Int64 = 0
        while next < ends[partition, default: 0] {
            guard case .records(let records) = try await consumer.next(maximum: 1000) else { continue }
            for record in records {
                next = record.offset + 1
                // A record of another test that cannot be folded is not an event of this product.
                if case .product(let recorded) = try? LogRecord(record), recorded.event.productID == id {
                    _ = Product.evolve(&product, recorded)
                }
            }
        }
        await consumer.close()
        return product
    }
}
