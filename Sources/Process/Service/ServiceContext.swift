import EventLoop
import Kafka
import Telemetry

/// What every part of a process of ours may use.
package struct ServiceContext: Sendable {
    package let loop: EventLoop
    package let log: Log
    package let metrics: Metrics
    package let health: Health
    package let stop: StopSignal
    package let environment: [String: String]
}

extension ServiceContext {
    /// For a process that cannot do without its producer: it ends when that has failed for good, so that whoever
    /// supervises it starts another. (An idempotent producer that lost its place in the log never finds it again.)
    package func endingWithProducer(_ configuration: KafkaConfiguration) -> KafkaConfiguration {
        var configuration = configuration
        configuration.onFatalError = { error in
            health.stop()
            stop.fail(error)
        }
        return configuration
    }

    /// Waits for `duration`, or until the process is to stop: before asking a server again that tells nobody when it
    /// is back.
    package func pause(_ duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { try? await loop.sleep(for: duration) }  // cancelled by the other
            group.addTask(executorPreference: loop) { await stop.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
