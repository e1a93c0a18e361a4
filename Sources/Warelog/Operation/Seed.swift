import EventLog
import Events
import Kafka
import Postgres
import Service
import Telemetry

/// `warelog seed`: registers user 1, so that the examples work as they are written.
///
/// The event has a fixed identity, so it takes effect once; the look at the read model only keeps the log short.
struct Seed: Sendable {
    private static let command = CommandID("seed-user-1")

    let tool: Tool

    func run() async throws -> Int32 {
        let connection = try await PostgresConnection.connect(tool.settings.postgres, loop: tool.loop)
        defer { connection.close() }
        let known = try await connection.query(
            "select 1 from warelog.commands where command_id = $1", [.text(Self.command.text)]
        ).rows
        guard known.isEmpty, let user = UserID(1) else {
            StandardStream.error.line("user 1 is registered")
            return 0
        }
        let admin = try KafkaAdmin(tool.settings.kafka, loop: tool.loop)
        let findings = try await LogGuard.inspect(
            admin, recorded: try await LogTopics.recorded(connection),
            isEmbeddedBroker: tool.settings.kafka.isEmbeddedBroker)
        await admin.close()
        let producer = try KafkaProducer(tool.settings.kafka, loop: tool.loop)
        let writer = EventWriter(producer, source: "/warelog/seed", partitions: try LogGuard.check(findings))
        let event = UserEvent.registered(UserRegistered(userID: user, name: "Demo User"))
        let position = try await writer.append(
            event,
            EventMetadata(id: EventID(Self.command.text), time: WallClock.now(), command: Self.command))
        await producer.close()
        StandardStream.error.line(
            "registered user 1 at \(Topic.users.name) partition \(position.partition) offset \(position.offset)")
        return 0
    }
}
