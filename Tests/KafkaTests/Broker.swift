import Glibc

/// The Kafka that the tests run against, from the environment.
enum Broker {
    static let addresses = environment("KAFKA_BROKERS")
    static let isEmbedded = environment("KAFKA_EMBEDDED") == "true"
    static var isPresent: Bool { addresses != nil }
    static var isKafka: Bool { isPresent && !isEmbedded }

    static let absent = "KAFKA_BROKERS is not set"
    static let notKafka = "KAFKA_BROKERS is not set, or names the embedded broker, which cannot do this"

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
