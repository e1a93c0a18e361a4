import Events

/// The events of product 7, one after another from offset 0 on; the event at offset n has the id `en`.
struct Story {
    private(set) var product: Product?
    private(set) var next: Int64 = 0

    init(_ events: ProductEvent...) {
        for event in events { _ = happened(event) }
    }

    @discardableResult
    mutating func happened(_ event: ProductEvent, expecting version: Int64? = nil) -> Verdict {
        defer { next += 1 }
        return Product.evolve(&product, Recorded(event, offset: next, expecting: version))
    }

    /// The images' ids and states, in order.
    var images: [String] {
        (product?.images ?? []).map { image in
            switch image.state {
            case .pending: "\(image.id) pending"
            case .compressed: "\(image.id) compressed"
            case .failed: "\(image.id) failed"
            }
        }
    }
}
