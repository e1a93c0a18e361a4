import Events

/// One image to be compressed, and how often that has been tried.
struct ImageJob: Sendable {
    /// Whose images take turns: a user's, or a product's where nobody told whose it is.
    enum Owner: Hashable, Sendable {
        case user(UserID)
        case product(ProductID)
    }

    let ask: PendingImages.Ask
    /// Of `products.events`.
    let partition: Int32
    /// Whom it is downloaded from: what fairness is about.
    let host: String
    let owner: Owner
    /// The number of the next attempt, or of the last one once it is `spent`.
    var attempt = 1
    /// Why there is no other attempt.
    var spent: FetchFailure?

    init(_ ask: PendingImages.Ask, partition: Int32) {
        self.ask = ask
        self.partition = partition
        host = Self.host(of: ask.source)
        owner = ask.owner.map(Owner.user) ?? .product(ask.productID)
    }

    /// What has no other attempt is not downloaded: it waits for nobody's host.
    var lane: FairQueue.Lane { FairQueue.Lane(host: spent == nil ? host : "", owner: owner) }

    /// The authority of a URL, as it is written; what is no URL shares one lane.
    private static func host(of source: String) -> String {
        let scheme = source.prefix { $0 != ":" }
        guard source.dropFirst(scheme.count).hasPrefix("://") else { return "" }
        return source.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
    }
}
