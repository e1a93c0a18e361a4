import Base
import EventLoop
import Service
import Telemetry

/// How many images may be in work, as far as the object store goes: none while it is away, then one, and with each that
/// works twice as many, so that what has piled up does not fall upon it.
final class StoreGate: @unchecked Sendable {
    // `@unchecked`: loop's thread only.
    private let context: ServiceContext
    private let concurrency: Int
    private let closed = Signal()
    private(set) var allowance: Int
    private var backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(10))
    /// Told when something may start again.
    var onOpen: () -> Void = {}

    init(_ context: ServiceContext, concurrency: Int) {
        self.context = context
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
        context.health.unwell("object store", "\(error)")
        context.log.warning("images wait for the object store", ["error": "\(error)"])
        closed.send()
    }

    /// Until cancelled: asks the store that failed by `probe` until it answers, then lets one image try.
    func run(_ probe: () async throws -> Void) async throws {
        for await _ in closed {
            repeat {
                // Grows on when what the probe asks for works and images do not.
                try await context.loop.sleep(for: backoff.next())
            } while await !answers(probe)
            if allowance == 0 { allowance = 1 }
            context.health.well("object store")
            onOpen()
        }
    }

    private func answers(_ probe: () async throws -> Void) async -> Bool {
        do {
            try await probe()
            return true
        } catch {
            context.health.unwell("object store", "\(error)")
            return false
        }
    }
}
