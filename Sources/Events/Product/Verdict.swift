/// The decision of the fold on an event.
package enum Verdict: Sendable, Equatable {
    case accepted
    /// The event is on the log and has no effect.
    case voided(VoidReason)

    /// Nil when the event was accepted.
    package var voidReason: VoidReason? {
        if case .voided(let reason) = self { reason } else { nil }
    }
}

/// The reason why an event has no effect.
package enum VoidReason: String, Sendable, CaseIterable {
    /// A product or user with this id exists already.
    case alreadyExists = "already-exists"
    /// The product does not exist.
    case unknownProduct = "unknown-product"
    /// The product has been deleted.
    case gone
    /// The event was decided on another content version.
    case versionMismatch = "version-mismatch"
    /// An earlier event of the command took effect.
    case duplicateCommand = "duplicate-command"
    /// None of the images in the event belongs to the product, or they no longer do.
    case unknownImage = "unknown-image"
    /// The product has as many images as it can have.
    case tooManyImages = "too-many-images"
    /// Every image in the event has been answered before.
    case alreadyAnswered = "already-answered"
}
