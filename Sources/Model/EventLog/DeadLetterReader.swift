package import EventLoop
package import Events
package import Kafka

/// Reads the dead letters that the topic holds at the moment.
package struct DeadLetterReader: Sendable {
    private static let pageSize = 500

    private let configuration: KafkaConfiguration
    private let loop: EventLoop

    package init(_ configuration: KafkaConfiguration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    /// Calls `body` with every letter, a page at a time: the letters of one product come in their order, and a letter
    /// may come twice. Ends early when `body` returns false. `unreadable` is the number of records that are not
    /// letters.
    ///
    /// Must be called on the loop.
    package func read(_ body: ([DeadLetter]) async throws -> Bool) async throws -> (letters: Int, unreadable: Int) {
        var ends = try await ends()
        var letters = 0
        var unreadable = 0
        try await withConsumer(configuration, loop: loop) { consumer in
            try consumer.assign(ends.mapValues(\.start))
            while !ends.isEmpty {
                guard case .records(let records) = try await consumer.next(maximum: Self.pageSize) else { continue }
                var page: [DeadLetter] = []
                for record in records where record.offset < ends[record.topicPartition]?.end ?? 0 {
                    do throws(EventFault) {
                        page.append(try DeadLetter(data: record.value ?? []))
                    } catch {
                        unreadable += 1
                    }
                }
                for record in records where record.offset + 1 >= ends[record.topicPartition]?.end ?? .max {
                    ends[record.topicPartition] = nil
                }
                letters += page.count
                if !page.isEmpty, try await !body(page) { break }
            }
        }
        return (letters, unreadable)
    }

    /// The first offset and the end of each partition that holds records.
    private func ends() async throws -> [TopicPartition: (start: Int64, end: Int64)] {
        try await withAdmin(configuration, loop: loop) { admin in
            let topics = try await admin.metadata([DerivedTopic.deadLetters.name])
            let partitions = topics.filter(\.exists).flatMap(\.partitions)
            let starts = try await admin.offsets(of: partitions, at: .earliest)
            let latest = try await admin.offsets(of: partitions, at: .latest)
            var ends: [TopicPartition: (start: Int64, end: Int64)] = [:]
            for (partition, start) in starts {
                if let end = latest[partition], start < end { ends[partition] = (start, end) }
            }
            return ends
        }
    }
}
