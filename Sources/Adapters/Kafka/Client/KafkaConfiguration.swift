/// The settings that all clients of a Kafka cluster share.
package struct KafkaConfiguration: Sendable {
    /// One or more of `host:port`, separated by commas.
    package var brokers: String
    package var clientID: String
    /// Whether the brokers are librdkafka's mock cluster, which supports no admin requests but listing, rebalances
    /// slowly and does not deduplicate a producer's retries.
    package var isEmbeddedBroker: Bool
    /// Properties of librdkafka by name. They override those that the client sets.
    package var extra: [String: String]
    /// Gets librdkafka's log lines, with a syslog level. librdkafka calls it on its own threads, so it must not block.
    package var onLog: @Sendable (_ level: Int, _ facility: String, _ message: String) -> Void
    /// Gets the errors from which librdkafka recovers by itself, such as an unreachable broker. Called on the loop.
    package var onTransientError: @Sendable (KafkaError) -> Void
    /// Called on the loop, once for each producer, when that can no longer be used and the process should end.
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
