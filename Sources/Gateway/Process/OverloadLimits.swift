import HTTPServer
import Service
import Settings
import Telemetry

/// The limits on concurrent requests of clients in the whole process, and on their duration.
struct OverloadLimits: Sendable {
    /// Descriptors reserved for other uses: Kafka, Postgres, Redis, and connections that are refused.
    private static let reservedDescriptors = 512

    let connections: Int
    let connectionsPerClient: Int
    let writes: Int
    let writeBytes: Int
    let headTime: Duration
    let bodyTime: Duration

    /// `largestBody` is the maximum size of one document; `MAXIMUM_WRITE_BYTES` must not be less.
    init(_ reader: inout SettingsReader, largestBody: Int) {
        connections = reader.integer("MAXIMUM_CONNECTIONS", in: 1...1_000_000, default: 4096)
        connectionsPerClient = reader.integer("MAXIMUM_CONNECTIONS_PER_CLIENT", in: 1...1_000_000, default: 256)
        writes = reader.integer("MAXIMUM_WRITES", in: 1...1_000_000, default: 1024)
        writeBytes = reader.integer(
            "MAXIMUM_WRITE_BYTES", in: largestBody...(1 << 40), default: max(largestBody, 256 << 20))
        headTime = .seconds(reader.integer("REQUEST_HEAD_SECONDS", in: 1...3600, default: 10))
        bodyTime = .seconds(reader.integer("REQUEST_BODY_SECONDS", in: 1...3600, default: 30))
    }

    /// A budget of the configured number of connections, or of as many as the process can have descriptors for.
    func makeConnectionBudget(_ log: Log) -> ConnectionBudget {
        let descriptors = DescriptorLimit.raise()
        let possible = max(1, descriptors - Self.reservedDescriptors)
        if possible < connections {
            log.warning(
                "too few descriptors for the configured connections",
                ["descriptors": descriptors, "maximum_connections": possible])
        }
        return ConnectionBudget(maximum: min(connections, possible), maximumPerClient: connectionsPerClient)
    }
}
