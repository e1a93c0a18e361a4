import Testing

@testable import Kafka

struct PropertiesTests {
    /// The end of a client that pushes its metrics may take a second (see `commonProperties`).
    @Test func noClientPushesMetricsToItsBrokers() {
        let kafka = KafkaConfiguration(brokers: "127.0.0.1:1", clientID: "test")
        let clients = [
            kafka.adminProperties, kafka.consumerProperties(group: nil, instanceID: nil),
            kafka.producerProperties(KafkaProducer.Bounds()),
        ]
        #expect(clients.allSatisfy { $0["enable.metrics.push"] == "false" })
    }
}
