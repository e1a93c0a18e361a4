import EventLog
import Events
import HTTPClient
import HTTPMessages
import JSON
import Kafka
import Postgres
import Testing

extension EndToEnd {
    /// A record that cannot be folded stops its own product; operators can look at it and take it out of the fold.
    @Suite struct QuarantineTests {
        @Test func aPoisonedProductWaitsUntilItsPoisonIsTakenOut() throws {
            try Environment.run { warelog in
                let products = try await warelog.leaseProducts(Poison.all.count + 1)
                let positions = try await Self.appendPoisoned(products, warelog)
                try await warelog.caughtUp()
                try await Self.expectQuarantined(products, positions, warelog)
                try await warelog.expectVerified("the fold from nothing quarantines the same")

                // A rebuild finds the same poison, and does not switch to it without being told to.
                let live = try await warelog.liveSchema
                let refused = try await warelog.processes.run("rebuild")
                #expect(refused.status == 1 && refused.output.contains("--accept-quarantine"), "\(refused)")
                let alsoRefused = try await warelog.processes.run("rebuild", "switch")
                #expect(alsoRefused.status == 1 && alsoRefused.output.contains("--accept-quarantine"))
                #expect(try await warelog.liveSchema == live)
                let switched = try await warelog.processes.run("rebuild", "switch", "--accept-quarantine")
                #expect(switched.isDone, "\(switched)")
                try await Self.expectQuarantined(products, positions, warelog)

                // Neither a retry nor a dry run of a discard changes anything.
                let retried = try await warelog.processes.run("quarantine", "retry", positions[0], "--json")
                #expect(retried.isDone && retried.objects.first?["left"]?.elements.count == 2, "\(retried)")
                let asked = try await warelog.processes.run(
                    "quarantine", "discard", positions[0], "--reason", "asking", "--dry-run", "--json")
                #expect(asked.isDone && asked.objects.first?["left"]?.elements.isEmpty == true)
                try await Self.expectQuarantined(products, positions, warelog)
                #expect(try await warelog.processes.run("quarantine", "discard", positions[0]).status == 2)

                for (product, position) in zip(products, positions) {
                    let end = try await warelog.processes.run(
                        "quarantine", "discard", position, "--reason", "it is broken", "--actor", "ops")
                    #expect(end.isDone && end.output.contains("0 stay in quarantine"), "\(end)")
                    let after = try await warelog.send(.get, "/products/\(product)")
                    #expect(after.data?["product_name"]?.string == "after", "the cache has forgotten what it had")
                    let rows = try await warelog.database.query(
                        """
                        select actor, reason from warelog.discarded_records
                        where topic || '/' || partition || '@' || log_offset = $1
                        """,
                        [.text(position)]
                    ).rows
                    #expect(try rows.map { try $0.text("actor") + ": " + $0.text("reason") } == ["ops: it is broken"])
                }
                #expect(try await warelog.processes.run("quarantine", "list").output == "nothing is in quarantine\n")
                try await warelog.expectVerified()
                // The standby generation knows of the discard, and so does a new generation.
                #expect(try await warelog.processes.run("rebuild", "rollback").isDone)
                try await warelog.expectVerified()
                let clean = try await warelog.processes.run("rebuild")
                #expect(clean.isDone, "\(clean)")
                try await warelog.expectVerified()
                let edited = try await warelog.send(.patch, "/products/\(products[0])", #"{"product_price":3}"#)
                #expect(edited.status == .ok, "its projector goes on")
            }
        }

        @Test func whatCanBeFoldedAfterAllIsFoldedInItsOrder() throws {
            try Environment.run { warelog in
                let product = try #require(try await warelog.leaseProducts(1).first)
                try await warelog.appendStories(of: [product])
                try await warelog.caughtUp()
                let schema = try await warelog.liveSchema
                // The state that an older version would have left: it understood nothing from the second event on.
                try await warelog.database.simple(
                    """
                    insert into \(schema).quarantine
                    select 'products.events', log_partition, log_offset, product_id::text, 'not known yet'
                    from \(schema).product_events where product_id = \(product) and version > 1;
                    delete from \(schema).product_events where product_id = \(product) and version > 1;
                    update \(schema).products set product_name = 'old', version = 1 where id = \(product)
                    """)
                #expect(try await warelog.processes.run("verify").status == 1)
                let entries = try await warelog.processes.run("quarantine", "list", "--json").objects
                let position = try #require(entries.first?["position"]?.string)
                let shown = try await warelog.processes.run("quarantine", "show", position)
                #expect(shown.isDone && shown.output.contains("ce_commandid: test-\(product)-1"), "\(shown)")
                let retried = try await warelog.processes.run("quarantine", "retry", "--all")
                #expect(retried.isDone, "\(retried)")
                try await warelog.expectVerified()
                #expect(try await warelog.processes.run("quarantine", "list", "--json").objects.isEmpty)
            }
        }

        @Test func timesThatAreFarAwayAreTheSameByEitherWay() throws {
            try Environment.run { warelog in
                let times = [
                    "9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00.001Z", "1969-12-31T23:59:59.999Z",
                    "2500-06-01T12:00:00.123Z",
                ]
                let products = try await warelog.leaseProducts(times.count)
                try await warelog.appendStories(of: products)
                try await warelog.withProducer { producer, partitions in
                    for (product, time) in zip(products, times) {
                        var draft = Self.draft(.updated(ProductUpdated(productID: product, name: "far")), product)
                        draft.set("ce_commandid", "far-\(product)")
                        draft.set("ce_time", time)
                        // The broker judges the record's own time.
                        _ = try await producer.send(
                            topic: Topic.products.name, partition: product.partition(of: partitions.products),
                            key: Array(draft.key.utf8), value: draft.value, headers: draft.headers)
                    }
                }
                try await warelog.expectVerified()
                let far = try await warelog.send(.get, "/products/\(products[0])")
                #expect(far.data?["updated_at"]?.string == times[0])
            }
        }

        @Test func theOperationOfAWriteToAQuarantinedProductSaysSo() throws {
            try Environment.run { warelog in
                let id = try #require(ProductID(try await warelog.create().id))
                let position = try await warelog.withProducer { producer, partitions in
                    let draft = Self.draft(.updated(ProductUpdated(productID: id, name: "never")), id)
                    let partition = id.partition(of: partitions.products)
                    let offset = try await producer.send(
                        topic: Topic.products.name, partition: partition, key: Array(draft.key.utf8), value: nil,
                        headers: draft.headers)
                    return "\(Topic.products.name)/\(partition)@\(offset)"
                }
                try await warelog.caughtUp()
                let answer = try await warelog.send(
                    .patch, "/products/\(id)", #"{"product_price":5}"#, headers: ["Prefer": "respond-async"])
                let path = try #require(answer.headers["Location"])
                let token = answer.headers["Consistency-Token"] ?? ""
                let waiting = try await warelog.operation(path, token)
                #expect(waiting?["status"]?.string == "quarantined")
                #expect(waiting?["resource"]?.string == "/products/\(id)")
                let end = try await warelog.processes.run("quarantine", "discard", position, "--reason", "a test")
                #expect(end.isDone, "\(end)")
                #expect(try await warelog.operation(path, token)?["status"]?.string == "accepted")
            }
        }

        /// Appends poisoned records for each product, and returns the positions of those that cannot be folded, as
        /// `warelog` names them. The last product has none.
        private static func appendPoisoned(_ products: [ProductID], _ warelog: Environment) async throws -> [String] {
            try await warelog.withProducer { producer, partitions in
                let writer = EventWriter(producer, source: "warelog/test", partitions: partitions)
                var positions: [String] = []
                for (index, id) in products.enumerated() {
                    func append(_ event: ProductEvent, _ number: Int) async throws -> LogPosition {
                        try await writer.append(event, Environment.metadata(id, number))
                    }
                    let price = try Money(cents: 100)
                    let made = try await append(
                        .created(
                            ProductCreated(
                                productID: id, userID: UserID(1)!, name: "before", description: "", price: price,
                                images: [])), 0)
                    if index < Poison.all.count {
                        var draft = Self.draft(.updated(ProductUpdated(productID: id, name: "never")), id)
                        Poison.all[index].change(&draft)
                        let offset = try await producer.send(
                            topic: Topic.products.name, partition: made.partition, key: Array(draft.key.utf8),
                            value: draft.value, headers: draft.headers)
                        positions.append("\(Topic.products.name)/\(made.partition)@\(offset)")
                    }
                    _ = try await append(.updated(ProductUpdated(productID: id, name: "after")), 2)
                }
                return positions
            }
        }

        private static func draft(_ event: ProductEvent, _ id: ProductID) -> Poison.Draft {
            let cloud = CloudEvent(
                type: event.type, source: "warelog/test", subject: id.description,
                metadata: Environment.metadata(id, 1),
                data: event.data)
            return Poison.Draft(
                key: id.description, value: cloud.data,
                headers: cloud.headers.map { KafkaHeader(name: $0.name, text: $0.value) })
        }

        /// The poisoned products are as they were before, and the others have changed.
        private static func expectQuarantined(
            _ products: [ProductID], _ positions: [String], _ warelog: Environment
        ) async throws {
            let listed = try await warelog.processes.run("quarantine", "list", "--json")
            let entries = listed.objects.filter { entry in products.contains { $0.description == entry["key"]?.string }
            }
            #expect(entries.count == positions.count * 2, "each with what came behind it")
            #expect(Set(positions).isSubset(of: entries.compactMap { $0["position"]?.string }))
            #expect(
                !listed.output.contains("refused by the database"), "the fold itself has to see it: \(listed.output)")
            for (index, product) in products.enumerated() {
                let name = try await warelog.send(.get, "/products/\(product)").data?["product_name"]?.string
                #expect(name == (index < positions.count ? "before" : "after"))
            }
        }
    }
}
