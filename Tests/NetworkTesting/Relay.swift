package import EventLoop

/// A TCP relay in front of a server of this machine, which a test can freeze or cut. For the loop's thread only.
package final class Relay: @unchecked Sendable {
    package enum Fault: Sendable, CaseIterable {
        /// Connections stay open, and new ones are accepted, but no byte passes.
        case frozen
        /// Connections are closed, new ones at once.
        case cut
    }

    private let loop: EventLoop
    private let target: UInt16
    package let port: UInt16
    private var open: [RawConnection] = []
    private var sleepers: [CheckedContinuation<Void, Never>] = []

    package var fault: Fault? {
        didSet {
            if fault == .cut { for connection in open { connection.close() } }
            for sleeper in sleepers { sleeper.resume() }
            sleepers = []
        }
    }

    private init(on loop: EventLoop, to target: UInt16, port: UInt16) {
        self.loop = loop
        self.target = target
        self.port = port
    }

    /// Relays connections to the port `target` while `body` runs.
    package static func run<Value: Sendable>(
        on loop: EventLoop, to target: UInt16, _ body: @escaping @Sendable (Relay) async throws -> Value
    ) async throws -> Value {
        let server = try RawServer(on: loop)
        let relay = Relay(on: loop, to: target, port: server.port)
        return try await server.serving({ client, _ in try await relay.relay(client) }, on: loop) {
            defer { relay.fault = .cut }
            return try await body(relay)
        }
    }

    private func relay(_ client: RawConnection) async throws {
        if fault == .cut { return }
        let server = try RawConnection.connect(on: loop, port: target)
        open += [client, server]
        await withDiscardingTaskGroup { directions in
            directions.addTask(executorPreference: loop) { await self.pass(client, server) }
            directions.addTask(executorPreference: loop) { await self.pass(server, client) }
        }
        open.removeAll { $0 === client || $0 === server }
        server.close()
    }

    private func pass(_ source: RawConnection, _ sink: RawConnection) async {
        do {
            while case let bytes = try await source.receive(), !bytes.isEmpty {
                while fault == .frozen { await withCheckedContinuation { sleepers.append($0) } }
                try await sink.send(bytes)
            }
        } catch {}  // one side has closed the connection, or `cut` has
        sink.finishSending()
    }
}
