import EventLoop
import Events
import Glibc
import Settings
import Telemetry

/// The frame of a long-running process: its loop, its log and the way it stops.
package enum Service {
    /// The time that a process has to finish its work once it is told to stop.
    package static let drainDeadline: Duration = .seconds(20)

    /// Runs `body` on a loop of the calling thread and ends the process: with status 0 when `body` returns, 1 when it
    /// throws or does not return within `drainDeadline`, and 2 when the settings are invalid. `StopSignal.fail` makes
    /// the status 1, too.
    ///
    /// SIGTERM and SIGINT make the process not ready and send `ServiceContext.stop`. `body` then finishes its work and
    /// returns.
    package static func main(
        _ name: String, _ body: @escaping @Sendable (ServiceContext) async throws -> Void
    ) -> Never {
        let writer = LogWriter()
        var log = Log(service: name, minimum: .info, now: WallClock.now) { writer.write($0) }
        var status: Int32 = 0
        do {
            try Upcasters.registered.check()
            let environment = try ProcessEnvironment.read()
            var reader = SettingsReader(environment)
            let level = reader.choice("LOG_LEVEL", default: Log.Level.info)
            log = Log(service: name, minimum: level, now: WallClock.now) { writer.write($0) }
            let loop = try EventLoop()
            let context = ServiceContext(
                loop: loop, log: log, metrics: Metrics(), health: Health(), stop: StopSignal(),
                environment: environment)
            try loop.run {
                try await run(context, body) { failure in
                    context.log.error("stopped by an error", ["error": "\(failure)"])
                    writer.close()
                    _exit(1)  // without the handlers of exit(3), which could wait for what hangs
                }
            }
            log.info("stopped")
        } catch let error as InvalidSettings {
            log.error("invalid settings", ["faults": error.faults])
            status = 2
        } catch {
            log.error("stopped by an error", ["error": "\(error)"])
            status = 1
        }
        writer.close()
        exit(status)
    }

    /// Runs `body` until it returns. Calls `abandon` if it does not return within `drainDeadline` of the signal to
    /// stop: a task cannot be ended from outside, so only ending the process helps.
    static func run(
        _ context: ServiceContext, drainDeadline: Duration = drainDeadline,
        _ body: @escaping @Sendable (ServiceContext) async throws -> Void,
        onDrainFailed abandon: @escaping @Sendable (DrainFailed) -> Void
    ) async throws {
        let signals = try context.loop.signals([SIGTERM, SIGINT])
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask(executorPreference: context.loop) {
                try await body(context)
                if let failure = context.stop.failure { throw failure }
                return true
            }
            group.addTask(executorPreference: context.loop) {
                for await number in signals {
                    context.log.info("stopping", ["signal": number])
                    context.health.stop()
                    context.stop.stop()
                }
                return false
            }
            group.addTask(executorPreference: context.loop) {
                await context.stop.wait()
                try await context.loop.sleep(for: drainDeadline)  // throws when the body has returned
                abandon(DrainFailed(deadline: drainDeadline))
                return false
            }
            defer { group.cancelAll() }
            while let isBody = try await group.next() {
                if isBody { return }
            }
        }
    }
}

/// The process was told to stop and did not finish its work in time.
struct DrainFailed: Error, CustomStringConvertible {
    let deadline: Duration
    var description: String { "the process did not finish its work within \(deadline)" }
}
