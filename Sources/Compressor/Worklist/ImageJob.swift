import Events

/// One image to be compressed, and the number of its attempt.
struct ImageJob: Sendable {
    /// The owner of images that take turns with those of others: a user, or a product whose owner is unknown.
    enum Owner: Hashable, Sendable {
        case user(UserID)
        case product(ProductID)
    }

    let ask: PendingImages.Ask
    /// The partition of `products.events`.
    let partition: Int32
    /// The host from which the image is downloaded. The queue is fair among hosts.
    let host: String
    let owner: Owner
    /// The number of the next attempt, or of the last one once it is `spent`.
    var attempt = 1
    /// The last failure, if there is no further attempt.
    var spent: FetchFailure?

    init(_ ask: PendingImages.Ask, partition: Int32) {
        self.ask = ask
        self.partition = partition
        host = Self.host(of: ask.source)
        owner = ask.owner.map(Owner.user) ?? .product(ask.productID)
    }

    /// A job without another attempt is not downloaded, so it does not wait for its host.
    var lane: FairQueue.Lane { FairQueue.Lane(host: spent == nil ? host : "", owner: owner) }

    /// The authority of a URL as written. Sources that are not URLs share one lane.
    private static func host(of source: String) -> String {
        let scheme = source.prefix { $0 != ":" }
        guard source.dropFirst(scheme.count).hasPrefix("://") else { return "" }
        return source.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
    }
}
