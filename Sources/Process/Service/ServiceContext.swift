import Base
package import EventLoop
package import Settings
package import Telemetry

/// The things that every part of a process uses: its loop, its log, its metrics, its health and the signal to stop.
package struct ServiceContext: Sendable {
    package let loop: EventLoop
    package let log: Log
    package let metrics: Metrics
    package let health: Health
    package let stop: StopSignal
    package let environment: SettingValues
}

extension ServiceContext {
    /// Stops the process because it cannot go on, so that its supervisor starts another. It is not ready from now on.
    package func fail(_ error: any Error) {
        health.stop()
        stop.fail(error)
    }

    /// Runs `check` until it succeeds, with back-off. The process is not ready meanwhile, because `need` is missing,
    /// and each failure is logged as `message`. Nil when the process is told to stop first.
    @discardableResult
    package func untilReady<Value>(
        _ need: String, _ message: StaticString, _ check: () async throws -> Value
    ) async -> Value? {
        var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(5))
        while !stop.isStopping {
            do {
                let value = try await check()
                health.well(need)
                return value
            } catch {
                health.unwell(need, "\(error)")
                log.warning(message, ["error": "\(error)"])
            }
            await pause(backoff.next())
        }
        return nil
    }

    /// Suspends for `duration`, or until the process is told to stop.
    private func pause(_ duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { try? await loop.sleep(for: duration) }  // cancelled by the other
            group.addTask(executorPreference: loop) { await stop.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
