import EventLog
import Events
import History
import Kafka
import Postgres

/// Throws the faults that `read` finds in a document as a problem of the request.
func translatingDocumentFaults<Value>(_ read: () throws(InvalidDocument) -> Value) throws(Problem) -> Value {
    do {
        return try read()
    } catch {
        throw Problem(error)
    }
}

/// Throws a problem that passes if the read model does not respond.
func translatingReadModelErrors<Value>(_ read: () async throws -> Value) async throws -> Value {
    do {
        return try await read()
    } catch let error as PostgresError where error.isAway {
        throw Problem.unavailable("Products cannot be read at the moment.")
    }
}

/// Throws a problem that passes if the read model or the log does not respond or the log has too many readers, and one
/// that does not pass if the history is too long.
func translatingHistoryErrors<Value>(_ read: () async throws -> Value) async throws -> Value {
    do {
        return try await translatingReadModelErrors(read)
    } catch LogReader.Failure.away {
        throw Problem.unavailable("The history cannot be read at the moment.")
    } catch LogReader.Failure.busy {
        throw Problem(.overloaded, "Too many concurrent reads of the history.", headers: ["Retry-After": "1"])
    } catch let error as KafkaError where error.isRetriable {
        throw Problem.unavailable("The history cannot be read at the moment.")
    } catch is HistoryTooLong {
        throw Problem(
            .historyTooLong, "The request would have to fold more than \(FoldBudget.eventsOfRequest) events.")
    }
}

extension PostgresError {
    /// Whether Postgres cannot answer at the moment, for a reason outside the query.
    var isAway: Bool { isConnectionLost || isTransient }
}
