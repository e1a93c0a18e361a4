import Testing

/// Everything that needs the whole service. One test after another: they share one log.
@Suite(
    .serialized, .timeLimit(.minutes(20)),
    .enabled(if: Environment.isThere, "DB_HOST, REDIS_HOST, KAFKA_BROKERS and S3_ENDPOINT name no servers"))
enum EndToEnd {}
