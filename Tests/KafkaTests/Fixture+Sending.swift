import Kafka

extension Fixture {
    /// Appends records, one after the other, whose values are the numbers `0..<count` as text.
    func send(_ count: Int, to topic: String, partition: Int32) async throws {
        try await withProducer { producer in
            for number in 0..<count {
                _ = try await producer.send(topic: topic, partition: partition, key: [], value: bytes("\(number)"))
            }
        }
    }
}
