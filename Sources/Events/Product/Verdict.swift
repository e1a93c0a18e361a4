/// What the fold made of an event.
package enum Verdict: Sendable, Equatable {
    case accepted
    /// On the log, and without effect.
    case voided(VoidReason)

    /// Nil when it was accepted.
    package var voidReason: VoidReason? {
        if case .voided(let reason) = self { reason } else { nil }
    }
}

package enum VoidReason: String, Sendable, CaseIterable {
    /// The product or user of this id is there already.
    case alreadyExists = "already-exists"
    /// There is no such product.
    case unknownProduct = "unknown-product"
    /// The product has been deleted.
    case gone
    /// The event was decided on another content version.
    case versionMismatch = "version-mismatch"
    /// The command has been decided before, by an earlier event.
    case duplicateCommand = "duplicate-command"
    /// None of the event's images belongs to the product, or not any longer.
    case unknownImage = "unknown-image"
    /// The product has as many images as it can have.
    case tooManyImages = "too-many-images"
    /// Every image of the event has been answered before.
    case alreadyAnswered = "already-answered"
}
