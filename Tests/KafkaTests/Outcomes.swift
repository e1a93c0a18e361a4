import Kafka

/// Returns the error that `body` throws; nil if it throws none, or another error.
func failure<Value>(_ body: () async throws -> Value) async -> KafkaError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? KafkaError
    }
}

/// Returns the first result that is not a retriable error. The suite's time limit ends the attempts.
func eventually<Value>(_ body: () async throws -> Value) async throws -> Value {
    while true {
        try Task.checkCancellation()
        do {
            return try await body()
        } catch let error as KafkaError where error.isRetriable {}
    }
}
