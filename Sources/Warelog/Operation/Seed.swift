import EventLog
import Events
import Kafka
import Postgres
import Telemetry

/// `warelog seed`: registers user 1, so that the examples work as they are written.
///
/// The event has a fixed identity, so it takes effect once; the look at the read model only keeps the log short.
struct Seed: Sendable {
    private static let command = CommandID("seed-user-1")

    let tool: Tool

    func run() async throws -> Int32 {
        try await withConnection(tool.settings.postgres, loop: tool.loop) { connection in
            let known = try await connection.query(
                "select 1 from warelog.commands where command_id = $1", [.text(Self.command.text)]
            ).rows
            guard known.isEmpty, let user = UserID(1) else {
                StandardStream.error.line("user 1 is registered")
                return 0
            }
            let position = try await tool.withWriter("/warelog/seed", connection) { writer in
                try await writer.append(
                    UserEvent.registered(UserRegistered(userID: user, name: "Demo User")),
                    EventMetadata(id: EventID(Self.command.text), time: WallClock.now(), command: Self.command))
            }
            StandardStream.error.line(
                "registered user 1 at \(Topic.users.name) partition \(position.partition) offset \(position.offset)")
            return 0
        }
    }
}
