extension SettingValues {
    /// Names that other services use for the same settings.
    private static let aliases = [
        ("DB_PASS", "DB_PASSWORD"), ("AWS_REGION", "S3_REGION"), ("AWS_ACCESS_KEY", "S3_ACCESS_KEY"),
        ("AWS_ACCESS_KEY_ID", "S3_ACCESS_KEY"), ("AWS_SECRET_KEY", "S3_SECRET_KEY"),
        ("AWS_SECRET_ACCESS_KEY", "S3_SECRET_KEY"),
    ]
    static let aliasNames = Set(aliases.map(\.0) + ["QUEUE_HOST", "QUEUE_PORT"])

    /// Lets aliases stand in for settings that have no value.
    mutating func resolveAliases() {
        for (alias, name) in Self.aliases { complete(name, self[alias], place: place(alias)) }
        if let host = self["QUEUE_HOST"] {
            complete("KAFKA_BROKERS", "\(host):\(self["QUEUE_PORT"] ?? "9092")", place: place("QUEUE_HOST"))
        }
        splitRedisAddress()
    }

    /// `REDIS_HOST` may be a host and a port. An IPv6 address has more colons, or is in brackets.
    private mutating func splitRedisAddress() {
        guard let address = self["REDIS_HOST"], let colon = address.lastIndex(of: ":") else { return }
        var host = address[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return
        }
        let place = place("REDIS_HOST")
        set("REDIS_HOST", String(host), place: place)
        set("REDIS_PORT", String(address[address.index(after: colon)...]), place: place)
    }
}
