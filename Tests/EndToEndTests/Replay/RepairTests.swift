import EventLog
import EventLoop
import Events
import HTTPClient
import HTTPMessages
import JSON
import Kafka
import Postgres
import Testing

extension EndToEnd {
    /// Repair and recovery do not disturb other products and processes.
    @Suite struct RepairTests {
        @Test func aRecordInAnotherPartitionIsRepairedInItsOwn() throws {
            try Environment.run { warelog in
                let products = try await warelog.leaseProducts(2)
                try await warelog.appendStories(of: products)
                try await warelog.caughtUp()
                let healthy = try await warelog.send(.get, "/products/\(products[0])").body
                let position = try await warelog.appendAstray(products[0])
                try await warelog.expectVerified("the fold from nothing quarantines it, too")

                for arguments in [["retry", position, "--dry-run"], ["retry", "--all"]] {
                    let before = try await warelog.ownerEpochs()
                    let retried = try await warelog.processes.start(tool: ["quarantine"] + arguments + ["--json"]).end()
                    #expect(retried.objects.last?["left"]?.elements.count == 1, "\(retried)")
                    #expect(try await warelog.send(.get, "/products/\(products[0])").body == healthy)
                    try await warelog.expectVerified()
                    if arguments.contains("--dry-run") {
                        #expect(try await warelog.ownerEpochs() == before, "a dry run touches nothing")
                    }
                }
                let discarded = try await warelog.processes.run(
                    "quarantine", "discard", position, "--reason", "astray", "--json")
                #expect(discarded.isDone && discarded.objects.last?["left"]?.elements.isEmpty == true, "\(discarded)")
                #expect(try await warelog.send(.get, "/products/\(products[0])").body == healthy)
                try await warelog.expectVerified()
            }
        }

        @Test func oneEntityThatCannotBeRepairedStopsNoOther() throws {
            try Environment.run { warelog in
                let products = try await warelog.leaseProducts(2)
                try await warelog.appendStories(of: products)
                try await warelog.caughtUp()
                let schema = try await warelog.liveSchema
                // The first has a record that the log lacks; the second could be folded all the time.
                try await warelog.database.simple(
                    """
                    insert into \(schema).quarantine
                    select 'products.events', log_partition, 9000000000, product_id::text, 'not on the log'
                    from \(schema).product_events where product_id = \(products[0]) and version = 1;
                    insert into \(schema).quarantine
                    select 'products.events', log_partition, log_offset, product_id::text, 'not known yet'
                    from \(schema).product_events where product_id = \(products[1]) and version > 1;
                    delete from \(schema).product_events where product_id = \(products[1]) and version > 1
                    """)
                let retried = try await warelog.processes.run("quarantine", "retry", "--all", "--json")
                #expect(retried.status == 1, "\(retried)")
                let faults = retried.objects.compactMap { $0["error"]?.string }
                #expect(
                    faults.count == 1 && faults.first?.contains("does not have offset 9000000000") == true, "\(retried)"
                )
                let left = try await warelog.processes.run("quarantine", "list", "--json").objects
                #expect(left.count == 1 && left.first?["key"]?.string == products[0].description)
                try await warelog.database.simple("delete from \(schema).quarantine")
                try await warelog.expectVerified()
            }
        }

        @Test func aLogThatEndsInAMarkerIsFoldedToItsEnd() throws {
            try Environment.run { warelog in
                let product = try #require(try await warelog.leaseProducts(1).first)
                try await warelog.appendStories(of: [product])
                try await warelog.caughtUp()
                try await warelog.commitTransaction()
                // The broker writes the marker after it has answered.
                try await warelog.loop.withDeadline(.seconds(60)) { while try await warelog.isBehind() {} }
                try await warelog.expectVerified()
                let rebuilt = try await warelog.processes.run("rebuild", "--accept-quarantine")
                #expect(rebuilt.isDone, "\(rebuilt)")
                try await warelog.expectVerified()
            }
        }

        @Test func aReadOnlyServerIsWaitedFor() throws {
            try Environment.run { warelog in
                let product = try #require(try await warelog.leaseProducts(1).first)
                try await warelog.setReadOnly(true)
                try await warelog.appendStories(of: [product])
                try await warelog.loop.withDeadline(.seconds(60)) {
                    await warelog.processes.awaitLog(of: .projector, "the read model needs an operator")
                }
                try await warelog.setReadOnly(false)
                try await warelog.expectVerified()
                #expect(!warelog.processes.hasLogged(.projector, "stopped by an error"))
            }
        }

        @Test func afterASwitchEveryPartitionAnswersAtOnce() throws {
            try Environment.run { warelog in
                let before = warelog.processes.logs[.projector]?.count ?? 0
                let rebuilt = try await warelog.processes.run("rebuild", "--accept-quarantine")
                #expect(rebuilt.isDone, "\(rebuilt)")
                // No client has written since, so it is the switch itself that has woken the projector.
                try await warelog.loop.withDeadline(.seconds(20)) {
                    await warelog.processes.awaitLog(of: .projector, from: before, "partitions assigned")
                }
                try await warelog.expectVerified()
            }
        }
    }
}

extension Environment {
    /// Appends an event of the product to a partition that is not its own, and returns its position.
    fileprivate func appendAstray(_ product: ProductID) async throws -> String {
        try await withProducer { producer, partitions in
            let cloud = CloudEvent(
                type: .productUpdated, source: "warelog/test", subject: product.description,
                metadata: Self.metadata(product, 9),
                data: ProductEvent.updated(ProductUpdated(productID: product, name: "astray")).data)
            let partition = (product.partition(of: partitions.products) + 1) % partitions.products
            let offset = try await producer.send(
                topic: Topic.products.name, partition: partition, key: Array(cloud.subject.utf8), value: cloud.data,
                headers: cloud.headers.map { KafkaHeader(name: $0.name, text: $0.value) })
            return "\(Topic.products.name)/\(partition)@\(offset)"
        }
    }

    fileprivate func isBehind() async throws -> Bool {
        let lag = try await processes.run("lag", "--json").objects.first
        return lag?["partitions"]?.elements.allSatisfy { $0["lag"]?.integer == 0 } != true
    }

    fileprivate func ownerEpochs() async throws -> [String] {
        try await database.query(
            "select topic || '/' || partition || ' ' || owner_epoch as epoch from \(liveSchema).checkpoints order by 1"
        ).rows.map { try $0.text("epoch") }
    }

    fileprivate func setReadOnly(_ isReadOnly: Bool) async throws {
        try await database.simple(
            "alter database \(databaseConfiguration.database) set default_transaction_read_only = \(isReadOnly)")
        // The setting holds for new sessions, so all other sessions have to begin anew after it is committed.
        try await database.simple(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
            """)
    }

    /// Writes a record of an unknown type, which is skipped, in a transaction, so that the log ends with its marker.
    fileprivate func commitTransaction() async throws {
        let command = """
            echo '{}' | kcat -P -b \(processes.brokers) -t \(Topic.products.name) -p 0 \
                -X transactional.id=warelog-test -H ce_specversion=1.0 -H ce_type=warelog.Nothing.v1
            """
        let end = try await ToolRun(
            on: loop, executable: "/bin/sh", arguments: ["-c", command], environment: ["PATH": "/usr/bin:/bin"]
        ).end()
        #expect(end.isDone, "\(end)")
    }
}
