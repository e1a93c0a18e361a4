import EventLoop
import Events
import Glibc
import Settings
import Telemetry

/// The frame of every long-running process: one loop, one log, one way to stop.
package enum Service {
    /// Ends the process when what is in hand has not been finished by then.
    package static let drainDeadline: Duration = .seconds(20)

    /// Runs `body` on a loop of the calling thread and ends the process: with 0 when `body` returns, 1 when it throws,
    /// 2 when settings are wrong. `StopSignal.fail` makes it 1 too.
    ///
    /// SIGTERM and SIGINT make the process not ready and set `ServiceContext.stop`; `body` then finishes what it has in
    /// hand and returns.
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
            try loop.run { try await run(context, body) }
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

    private static func run(
        _ context: ServiceContext, _ body: @escaping @Sendable (ServiceContext) async throws -> Void
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
                    try await context.loop.sleep(for: drainDeadline)
                    throw DrainFailed()
                }
                return false
            }
            defer { group.cancelAll() }
            while let isBody = try await group.next() {
                if isBody { return }
            }
        }
    }
}

/// The process was told to stop and could not finish in time.
struct DrainFailed: Error, CustomStringConvertible {
    var description: String { "what was in hand was not finished within \(Service.drainDeadline)" }
}
