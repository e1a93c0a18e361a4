import Base
import EventLoop
import Service
import Telemetry

/// Limits the number of images in flight for the sake of one dependency: none while it is unavailable, then one, and
/// twice as many after each success, so that the backlog does not overload it at once.
final class DependencyGate: @unchecked Sendable {
    // `@unchecked`: for the loop's thread only.
    /// The name of the dependency in `/readyz` and in the log.
    private let name: String
    private let health: Health
    private let log: Log
    private let loop: EventLoop
    private let concurrency: Int
    private let closed = Signal()
    private(set) var allowance: Int
    private var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(10))
    /// Called when images may start again.
    var onOpen: () -> Void = {}

    init(_ name: String, health: Health, log: Log, loop: EventLoop, concurrency: Int) {
        self.name = name
        self.health = health
        self.log = log
        self.loop = loop
        self.concurrency = concurrency
        allowance = concurrency
    }

    func worked() {
        guard (1..<concurrency).contains(allowance) else { return }
        allowance = min(allowance * 2, concurrency)
        if allowance == concurrency { backoff.reset() }
    }

    func failed(_ error: any Error) {
        guard allowance > 0 else { return }
        allowance = 0
        health.unwell(name, "\(error)")
        log.warning("images wait for a dependency", ["dependency": name, "error": "\(error)"])
        closed.send()
    }

    /// Runs until cancelled. After a failure it calls `probe` with back-off until that succeeds, then lets one image
    /// in.
    func run(_ probe: () async throws -> Void) async throws {
        for await _ in closed {
            repeat {
                // The back-off goes on growing while the probe succeeds and images fail.
                try await loop.sleep(for: backoff.next())
            } while await !succeeds(probe)
            if allowance == 0 { allowance = 1 }
            health.well(name)
            onOpen()
        }
    }

    private func succeeds(_ probe: () async throws -> Void) async -> Bool {
        do {
            try await probe()
            return true
        } catch {
            health.unwell(name, "\(error)")
            return false
        }
    }
}
