import Events
import JSON
import Kafka
import Testing

extension EndToEnd {
    /// The reports of the tool about the state of the service.
    @Suite struct StatusTests {
        @Test func theLagIsWhatIsNotFolded() throws {
            try Environment.run { warelog in
                _ = try await warelog.create()
                try await warelog.caughtUp()
                let before =
                    try await warelog.processes.run("lag", "--json").objects.first?["partitions"]?.elements ?? []
                #expect(
                    before.allSatisfy { $0["lag"]?.integer == 0 && $0["freshness_seconds"]?.number == "0.0" },
                    "\(before)")
                #expect(before.allSatisfy { $0["owner"]?.string?.hasPrefix("projector on ") == true })

                await warelog.processes.stop(.projector)
                let products = try await warelog.leaseProducts(40)
                try await warelog.appendStories(of: products)
                let ends = try await warelog.logEnds()
                let lag = try await warelog.processes.run("lag", "--json")
                let partitions = lag.objects.first?["partitions"]?.elements ?? []
                #expect(lag.isDone && partitions.count == ends.count)
                let records = products.reduce(0) { $0 + ($1.value % 5 == 0 ? 4 : 3) } as Int64
                #expect(partitions.reduce(0) { $0 + ($1["lag"]?.integer ?? 0) } == records)
                for partition in partitions {
                    let place = TopicPartition(
                        topic: partition["topic"]?.string ?? "", partition: Int32(partition["partition"]?.integer ?? -1)
                    )
                    #expect(partition["end"]?.integer == ends[place])
                    let isBehind = partition["lag"]?.integer != 0
                    #expect((partition["freshness_seconds"]?.number != "0.0") == isBehind, "\(lag.output)")
                    #expect(partition["owner"]?.kind == .null, "it has gone, and said so: \(lag.output)")
                }
                let status = try await warelog.processes.run("status")
                #expect(
                    status.isDone && status.output.contains("nobody") && status.output.contains("live"), "\(status)")
                try warelog.processes.start(.projector)
                try await warelog.caughtUp()
                let after = try await warelog.processes.run("status", "--json").objects.first
                #expect(after?["partitions"]?.elements.allSatisfy { $0["lag"]?.integer == 0 } == true)
                #expect(after?["read_models"]?.elements.contains { $0["state"]?.string == "live" } == true)
            }
        }

        @Test func wrongUsageIsSaidToBeThat() throws {
            try Environment.run { warelog in
                for words in [
                    ["rebuild", "everything"], ["verify", "now"], ["lag", "--yaml"], ["quarantine"],
                    ["quarantine", "show"],
                ] {
                    let end = try await warelog.processes.start(tool: words).end()
                    #expect(end.status == 2, "\(words) \(end)")
                }
                let missing = try await warelog.processes.run("quarantine", "show", "products.events/0@999999999")
                #expect(missing.status == 1 && missing.output.contains("is not in quarantine"))
            }
        }
    }
}
