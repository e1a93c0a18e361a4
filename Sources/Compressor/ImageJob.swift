import Events

/// One image to be compressed, and how often that has been tried.
struct ImageJob: Sendable {
    let ask: PendingImages.Ask
    /// Of `products.events`.
    let partition: Int32
    /// Whom it is downloaded from: what fairness is about.
    let host: String
    var attempt = 1

    init(_ ask: PendingImages.Ask, partition: Int32) {
        self.ask = ask
        self.partition = partition
        host = Self.host(of: ask.source)
    }

    /// The authority of a URL, as it is written; what is no URL shares one queue.
    private static func host(of source: String) -> String {
        let scheme = source.prefix { $0 != ":" }
        guard source.dropFirst(scheme.count).hasPrefix("://") else { return "" }
        return source.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
    }
}
