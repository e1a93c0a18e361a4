import Glibc
import HTTPServer
import InternetAddress
import Kafka
import Postgres
import Redis
import S3
import Service
import Settings
import SharedSettings
import Telemetry

/// The settings of the gateway.
struct GatewaySettings: Sendable {
    let bindAddress: IPAddress
    let port: UInt16
    let loops: Int
    /// The maximum size of a JSON document.
    let maximumBodyBytes: Int
    /// The maximum size of an uploaded image.
    let maximumUploadBytes: Int
    let maximumImagePixels: Int
    /// The maximum number of concurrent uploads in the process.
    let uploadConcurrency: Int
    /// The time that a write waits for the fold's verdict by default.
    let verdictWait: Duration
    /// The time that a read waits for the write of its consistency token.
    let consistencyWait: Duration
    /// Whether a write to an existing product must have `If-Match`.
    let requiresIfMatch: Bool
    /// The maximum number of open event streams.
    let maximumEventStreams: Int
    let limits: OverloadLimits
    /// Signs cursors, tokens and operation ids. All gateways have the same key.
    let signingKey: SigningKey
    let postgres: PostgresConfiguration
    let redis: RedisConfiguration
    let kafka: KafkaConfiguration
    let s3: S3Configuration

    init(_ environment: SettingValues, log: Log) throws(InvalidSettings) {
        var reader = SettingsReader(environment)
        bindAddress = reader.bindAddress()
        port = UInt16(reader.port("PORT", default: 8080))
        loops = reader.integer("GATEWAY_LOOPS", in: 1...64, default: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        maximumBodyBytes = reader.integer("MAXIMUM_BODY_BYTES", in: 1024...(64 << 20), default: 1 << 20)
        maximumUploadBytes = reader.integer("IMAGE_UPLOAD_MAX_BYTES", in: 1...(256 << 20), default: 20 << 20)
        maximumImagePixels = reader.imageMaximumPixels()
        uploadConcurrency = reader.integer("UPLOAD_CONCURRENCY", in: 1...1024, default: 8)
        verdictWait = .milliseconds(reader.integer("VERDICT_WAIT_MILLISECONDS", in: 0...60_000, default: 500))
        consistencyWait = .milliseconds(reader.integer("CONSISTENCY_WAIT_MILLISECONDS", in: 0...60_000, default: 2000))
        requiresIfMatch = reader.boolean("REQUIRE_IF_MATCH", default: false)
        maximumEventStreams = reader.integer("MAXIMUM_EVENT_STREAMS", in: 0...1_000_000, default: 1024)
        limits = OverloadLimits(&reader, largestBody: maximumBodyBytes)
        let secret = reader.secret("SIGNING_KEY", minimumLength: SigningKey.minimumLength)
        let older = reader.value("SIGNING_KEY_PREVIOUS").map { _ in
            reader.secret("SIGNING_KEY_PREVIOUS", minimumLength: SigningKey.minimumLength)
        }
        signingKey = SigningKey(secret, older: older)
        postgres = reader.postgres(applicationName: "warelog gateway")
        redis = reader.redis()
        kafka = reader.kafka(clientID: "warelog-gateway", log: log)
        var s3 = reader.s3()
        // A client waits for the answer, so the gateway gives up sooner than the compressor does: after five seconds at
        // most, in which an upload that fails is also undone, by two requests at most.
        s3.totalTimeout = .milliseconds(3500)
        s3.undoTimeout = .milliseconds(700)
        self.s3 = s3
        try reader.finish()
    }

    /// The settings of the HTTP server. Requests that never reach a handler are answered with problem documents too.
    func server(log: Log, _ connections: ConnectionBudget) -> HTTPServerConfiguration {
        var server = HTTPServerConfiguration(bindAddress: bindAddress, port: port)
        // Every handler has its own limit and applies it before it reads. This limit is for bodies that no handler
        // reads.
        server.maximumBodyBytes = 1 << 30
        server.connections = connections
        server.headTimeout = limits.headTime
        server.transferTimeout = limits.bodyTime
        // The body of a write is not read before the write is admitted.
        server.eagerBodyBytes = 0
        server.refusal = { status, detail in
            Problem(Problem.Kind(refusal: status), detail).response(status, traceID: TraceContext(nil).traceID)
        }
        server.onLog = { log.warning("http server", ["detail": $0]) }
        return server
    }
}
