/// One image of a product, and its state.
package struct ProductImage: Sendable, Equatable {
    package let id: ImageID
    /// The address that the owner of the product gave.
    package let source: String
    package private(set) var state: State
    /// Whether the renditions are to be made again; the present ones stay until then.
    package private(set) var isRefreshing: Bool

    package enum State: Sendable, Equatable {
        case pending
        case compressed(CompressedImage)
        case failed(ImageFailure)
    }

    package init(id: ImageID, source: String, state: State = .pending, isRefreshing: Bool = false) {
        self.id = id
        self.source = source
        self.state = state
        self.isRefreshing = isRefreshing
    }

    /// Whether the compressor's answer is still to come.
    package var isAwaited: Bool { state == .pending || isRefreshing }

    /// Takes the answer that was awaited. When renditions cannot be made again, the present ones stay.
    mutating func take(_ answer: State) {
        if case .failed = answer, isRefreshing {} else { state = answer }
        isRefreshing = false
    }

    /// Asks for the image once more.
    mutating func ask() {
        if case .compressed = state { isRefreshing = true } else { state = .pending }
    }
}

/// The reason why an image failed.
package struct ImageFailure: Sendable, Equatable {
    /// A stable word for programs: `not-found`, `truncated`, `too-many-pixels`.
    package let reason: String
    /// A sentence for people, which holds nothing secret.
    package let detail: String
    /// The number of attempts.
    package let attempts: Int

    package init(reason: String, detail: String, attempts: Int) {
        self.reason = reason
        self.detail = detail
        self.attempts = attempts
    }
}
