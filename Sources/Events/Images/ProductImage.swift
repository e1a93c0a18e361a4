/// One image of a product and what has become of it.
package struct ProductImage: Sendable, Equatable {
    package let id: ImageID
    /// The address that the product's owner gave.
    package let source: String
    package private(set) var state: State
    /// Somebody wants the picture made again; until then the one that is there stays.
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

    /// Whether an answer is still to come.
    package var isAwaited: Bool { state == .pending || isRefreshing }

    /// Takes the answer that was awaited. A picture that cannot be made again is kept.
    mutating func take(_ answer: State) {
        if case .failed = answer, isRefreshing {} else { state = answer }
        isRefreshing = false
    }

    /// Asks once more.
    mutating func ask() {
        if case .compressed = state { isRefreshing = true } else { state = .pending }
    }
}

/// Why an image failed.
package struct ImageFailure: Sendable, Equatable {
    /// A stable word for programs: `not-found`, `truncated`, `too-many-pixels`.
    package let reason: String
    /// A sentence for people, without anything secret.
    package let detail: String
    /// How often it was tried.
    package let attempts: Int

    package init(reason: String, detail: String, attempts: Int) {
        self.reason = reason
        self.detail = detail
        self.attempts = attempts
    }
}
