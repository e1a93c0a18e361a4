import EventLoop
import Foundation
import Kafka
import Postgres
import Redis
import Replay
import Service
import Settings
import Telemetry

/// What a command works with.
struct Tool: Sendable {
    let loop: EventLoop
    let settings: ToolSettings

    var files: SchemaFiles { SchemaFiles(directory: settings.schemaDirectory) }
}

/// All that the tool is told from outside, its arguments apart.
struct ToolSettings: Sendable {
    let postgres: PostgresConfiguration
    let kafka: KafkaConfiguration
    let redis: RedisConfiguration
    /// Of each topic, when it is created.
    let partitions: Int32
    let replicationFactor: Int
    /// The directory of the migrations.
    let schemaDirectory: String
    /// For what only some commands need.
    let environment: [String: String]

    init(_ environment: [String: String]) throws(InvalidSettings) {
        var reader = SettingsReader(environment)
        postgres = reader.postgres(applicationName: "warelog")
        // A broker that is away shows in the command's own error.
        kafka = reader.kafka(
            clientID: "warelog", log: Log(service: "warelog", minimum: .error, now: WallClock.now) { _ in })
        redis = reader.redis()
        partitions = Int32(reader.integer("KAFKA_PARTITIONS", in: 1...10_000, default: 12))
        replicationFactor = reader.integer("KAFKA_REPLICATION_FACTOR", in: 1...100, default: 1)
        schemaDirectory = reader.string("WARELOG_SCHEMA_DIR", default: "schema/postgres")
        self.environment = environment
        try reader.finish()
    }
}

/// Where text for people goes.
struct Output: Sendable {
    let descriptor: Int32

    static let standard = Output(descriptor: STDOUT_FILENO)
    static let error = Output(descriptor: STDERR_FILENO)

    func write(_ text: String) { _ = deliver(text) }

    /// Returns false when nobody reads what is written.
    func deliver(_ text: String) -> Bool {
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            try file.write(contentsOf: Data(text.utf8))
            return true
        } catch {
            return false
        }
    }

    func line(_ text: String) { write(text + "\n") }
}
