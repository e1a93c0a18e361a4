import Events

/// The arguments of `warelog media gc`.
struct MediaRequest: Sendable {
    let isRun: Bool
    let isJSON: Bool
    let grace: Duration

    /// The least grace period while processes run: an object is written before the event that refers to it, and
    /// compressors remember the renditions of a file for an hour, so a younger object may be referred to soon.
    static let leastGrace = Duration.seconds(2 * 3600)

    init(_ arguments: some Sequence<String>) throws(WrongUsage) {
        let options = try CommandOptions(
            arguments, valued: ["--grace"], flags: ["--plan", "--run", "--offline", "--json"])
        guard options.words == ["gc"] else { throw WrongUsage("media needs gc") }
        guard options.has("--plan") != options.has("--run") else {
            throw WrongUsage("media gc needs --plan or --run")
        }
        isRun = options.has("--run")
        isJSON = options.has("--json")
        guard let grace = Self.duration(options["--grace"] ?? "24h") else {
            throw WrongUsage("--grace must be a number of hours, minutes or seconds, such as 24h, 90m or 0s")
        }
        guard grace >= Self.leastGrace || options.has("--offline") else {
            throw WrongUsage(
                "--grace must be at least 2h, unless --offline says that no gateway and no compressor runs")
        }
        self.grace = grace
    }

    static func duration(_ text: String) -> Duration? {
        guard let count = Int64(text.dropLast()), (0...1_000_000).contains(count) else { return nil }
        switch text.last {
        case "h": return .seconds(count * 3600)
        case "m": return .seconds(count * 60)
        case "s": return .seconds(count)
        default: return nil
        }
    }
}
