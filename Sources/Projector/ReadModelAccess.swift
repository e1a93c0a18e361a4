import Base
import EventLoop
import Postgres
import Service
import Telemetry

/// The behaviour of the projector while it cannot reach the read model: it says so, and tries again with back-off.
struct ReadModelAccess: Sendable {
    /// The longest delay between two attempts. The projector is back within a second after Postgres is; an attempt that
    /// fails costs Postgres next to nothing.
    static let longestDelay = Duration.milliseconds(500)

    let context: ServiceContext

    /// Repeats `body` until it succeeds, or fails for a reason that does not pass.
    func persistently<Value: Sendable>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
        var backoff = Backoff(initial: .milliseconds(50), maximum: Self.longestDelay)
        while true {
            do {
                let value = try await body()
                context.health.well("postgres")
                return value
            } catch let error as PostgresError where error.cause != .program {
                note(error, while: what)
            }
            try await context.loop.sleep(for: backoff.next())
        }
    }

    /// Says that the read model is unavailable: loudly, when a person has to mend that.
    func note(_ error: PostgresError, while what: String) {
        context.health.unwell("postgres", "\(error)")
        if error.cause == .server {
            context.log.error("the read model needs an operator", ["while": what, "error": "\(error)"])
        } else {
            context.log.warning("the read model is unavailable", ["while": what, "error": "\(error)"])
        }
    }
}
