import Kafka

/// What `body` throws; none when it does not, or something else.
func failure<Value>(_ body: () async throws -> Value) async -> KafkaError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? KafkaError
    }
}

/// The first result that is no retriable error; the suite's time limit is the end.
func eventually<Value>(_ body: () async throws -> Value) async throws -> Value {
    while true {
        try Task.checkCancellation()
        do {
            return try await body()
        } catch let error as KafkaError where error.isRetriable {}
    }
}
