/// What every client of one Kafka needs.
package struct KafkaConfiguration: Sendable {
    /// `host:port`, separated by commas.
    package var brokers: String
    package var clientID: String
    /// librdkafka's mock cluster instead of Kafka: no admin calls but listing, slow rebalances, and no de-duplication of
    /// a producer's retries.
    package var isEmbeddedBroker: Bool
    /// Properties of librdkafka by their names; they win over what the client itself sets.
    package var extra: [String: String]
    /// librdkafka's own log lines, with a syslog level. Called on its threads, so it must not block.
    package var onLog: @Sendable (_ level: Int, _ facility: String, _ message: String) -> Void
    /// Troubles that librdkafka deals with itself, such as a broker that is away. Called on the loop.
    package var onTransientError: @Sendable (KafkaError) -> Void
    /// A producer is of no use any more: the process should end. Called on the loop, once for each producer.
    package var onFatalError: @Sendable (KafkaError) -> Void

    package init(
        brokers: String, clientID: String, isEmbeddedBroker: Bool = false, extra: [String: String] = [:],
        onLog: @escaping @Sendable (_ level: Int, _ facility: String, _ message: String) -> Void = { _, _, _ in },
        onTransientError: @escaping @Sendable (KafkaError) -> Void = { _ in },
        onFatalError: @escaping @Sendable (KafkaError) -> Void = { _ in }
    ) {
        self.brokers = brokers
        self.clientID = clientID
        self.isEmbeddedBroker = isEmbeddedBroker
        self.extra = extra
        self.onLog = onLog
        self.onTransientError = onTransientError
        self.onFatalError = onFatalError
    }
}
