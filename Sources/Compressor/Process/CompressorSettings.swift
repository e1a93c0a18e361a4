import Events
import Glibc
import HTTPClient
import Imaging
import InternetAddress
import Kafka
import Redis
import S3
import Service
import Settings
import SharedSettings
import Telemetry

/// The compressor's settings.
struct CompressorSettings: Sendable {
    let bindAddress: IPAddress
    let port: Int
    let instanceID: String?
    let kafka: KafkaConfiguration
    let redis: RedisConfiguration
    let s3: S3Configuration
    let recipe: ImageRecipe
    /// Networks that image URLs may point into although they are not globally routable.
    let allowedNetworks: [CIDRBlock]
    /// The redirects that one download follows.
    let maximumRedirects: Int
    /// Deadline of one download, redirects included.
    let downloadTimeout: Duration
    /// Deadline of a worker for one picture.
    let workerDeadline: Duration
    let workerExecutable: String
    let workers: Int
    /// Images in flight: in all, of one host, and of one owner.
    let concurrency: Int
    let hostConcurrency: Int
    let ownerConcurrency: Int
    /// The maximum number of pending images; the compressor stops reading the log at this number.
    let backlog: Int
    let retry: RetryPolicy
    let userAgent: String

    init(_ environment: SettingValues, log: Log) throws(InvalidSettings) {
        var reader = SettingsReader(environment)
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        bindAddress = reader.bindAddress()
        port = reader.port("COMPRESSOR_PORT", default: 8082)
        instanceID = reader.value("COMPRESSOR_INSTANCE_ID")
        kafka = reader.kafka(clientID: "warelog-compressor", log: log)
        redis = reader.redis()
        s3 = reader.s3()
        var recipe = ImageRecipe(
            renditions: reader.parsed(
                "IMAGE_RENDITIONS", default: [.full, .thumb],
                expected: "names and longest sides such as full:2048,thumb:320, one of them full", Self.renditions),
            jpegQuality: UInt8(reader.integer("IMAGE_JPEG_QUALITY", in: 1...100, default: 80)),
            webpQuality: reader.boolean("IMAGE_WEBP", default: true)
                ? UInt8(reader.integer("IMAGE_WEBP_QUALITY", in: 1...100, default: 90)) : nil)
        recipe.limits.bytes = UInt64(reader.integer("IMAGE_MAX_BYTES", in: 1...(256 << 20), default: 25_000_000))
        recipe.limits.pixels = UInt64(reader.imageMaximumPixels())
        self.recipe = recipe
        allowedNetworks = reader.parsed(
            "IMAGE_ALLOWED_NETWORKS", default: [], expected: "CIDR blocks separated by commas", Self.networks)
        downloadTimeout = .seconds(reader.integer("IMAGE_DOWNLOAD_SECONDS", in: 1...3600, default: 30))
        maximumRedirects = reader.integer("IMAGE_MAX_REDIRECTS", in: 0...20, default: 5)
        workerDeadline = .seconds(reader.integer("IMAGE_WORK_SECONDS", in: 1...3600, default: 30))
        workerExecutable = reader.string("IMAGE_WORKER", default: Self.sibling("warelog-image-worker"))
        workers = reader.integer("IMAGE_WORKERS", in: 1...256, default: cores)
        concurrency = reader.integer("IMAGE_CONCURRENCY", in: 1...256, default: 12)
        hostConcurrency = reader.integer("IMAGE_HOST_CONCURRENCY", in: 1...256, default: 6)
        ownerConcurrency = reader.integer("IMAGE_OWNER_CONCURRENCY", in: 1...256, default: 6)
        backlog = reader.integer("IMAGE_BACKLOG", in: 1...1_000_000, default: 100_000)
        retry = RetryPolicy(
            attempts: reader.integer("IMAGE_ATTEMPTS", in: 1...20, default: 8),
            firstDelay: .milliseconds(reader.integer("IMAGE_RETRY_MILLISECONDS", in: 1...60_000, default: 2000)))
        userAgent = reader.string("IMAGE_USER_AGENT", default: "warelog-compressor (product images)")
        try reader.finish()
    }

    /// Names become parts of addresses, so they are plain words and unique.
    static func renditions(_ text: String) -> [RenditionRecipe]? {
        var recipes: [RenditionRecipe] = []
        for part in text.split(separator: ",") {
            let words = part.filter { !$0.isWhitespace }.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count == 2, !words[0].isEmpty, words[0].utf8.allSatisfy({ (0x61...0x7A).contains($0) }),
                let side = UInt32(words[1]), (16...16_384).contains(side),
                !recipes.contains(where: { $0.name == words[0] })
            else { return nil }
            recipes.append(RenditionRecipe(name: String(words[0]), maxSide: side))
        }
        return recipes.count <= 16 && recipes.contains { $0.name == ImageRendition.full } ? recipes : nil
    }

    private static func networks(_ text: String) -> [CIDRBlock]? {
        var blocks: [CIDRBlock] = []
        for part in text.split(separator: ",") {
            guard let block = CIDRBlock(part.filter { !$0.isWhitespace }) else { return nil }
            blocks.append(block)
        }
        return blocks
    }

    /// Returns the path of an executable that is installed beside this one.
    private static func sibling(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return name }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }
}
