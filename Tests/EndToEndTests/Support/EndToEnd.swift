import Testing

/// The tests that need the whole service. They run one after another, because they share one log.
@Suite(
    .serialized, .timeLimit(.minutes(20)),
    .enabled(if: Environment.isThere, "DB_HOST, REDIS_HOST, KAFKA_BROKERS and S3_ENDPOINT name no servers"))
enum EndToEnd {}
