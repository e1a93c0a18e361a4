import EventLog
import Events
import JSON
import SeededRandom

/// `replay-bench log`: fills the topics of a new log. Prints one JSON object with the numbers of events and bytes.
struct WriteLog {
    let brokers: String
    let seed: UInt64
    let events: Int
    let partitions: Int32

    /// One user for a hundred products, of which there is one for five events.
    private var users: Int64 { Int64(max(1, events / 500)) }

    func run() async throws -> [UInt8] {
        let userBytes = try writeUsers()
        // Partitions are independent of one another; each has a thread of the pool to itself while it is written.
        let bytes = try await withThrowingTaskGroup(of: Int.self) { group in
            for partition in 0..<partitions { group.addTask { try write(partition) } }
            return try await group.reduce(0, +)
        }
        return JSONWriter.object { json in
            json.member("events", events)
            json.member("users", users)
            json.member("bytes", bytes + userBytes)
        }
    }

    private func write(_ partition: Int32) throws -> Int {
        try withBulkLog(brokers: brokers) { log in
            var story = PartitionStory(seed: seed, partition: partition, of: partitions, users: users)
            let count = events / Int(partitions) + (Int(partition) < events % Int(partitions) ? 1 : 0)
            for _ in 0..<count {
                let recorded = story.next()
                let event = recorded.event
                try log.append(
                    CloudEvent(
                        type: event.type, source: Self.source(event), subject: event.productID.description,
                        metadata: recorded.metadata, data: event.data),
                    topic: Topic.products.name, partition: partition)
            }
        }
    }

    private func writeUsers() throws -> Int {
        var random = SeededGenerator(seed: seed)
        return try withBulkLog(brokers: brokers) { log in
            for number in 1...users {
                guard let id = UserID(number) else { continue }
                let event = UserEvent.registered(UserRegistered(userID: id, name: Words.text(12, &random)))
                let metadata = EventMetadata(
                    id: EventID(random.uuid(7)), time: Timestamp(milliseconds: 1_767_225_000_000),
                    command: CommandID(random.uuid(8)))
                try log.append(
                    CloudEvent(
                        type: event.type, source: "/warelog/gateway", subject: id.description, metadata: metadata,
                        data: event.data),
                    topic: Topic.users.name, partition: id.partition(of: partitions))
            }
        }
    }

    static func source(_ event: ProductEvent) -> String {
        switch event {
        case .imagesCompressed, .imageCompressionFailed: "/warelog/compressor"
        default: "/warelog/gateway"
        }
    }
}
