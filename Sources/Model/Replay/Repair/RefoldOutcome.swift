package import Events
package import ReadModel

/// The outcome of folding an entity again.
package struct RefoldOutcome: Sendable {
    package enum Result: Sendable {
        case folded(Refolded)
        /// The entity is as it was before, for this reason.
        case failed(String)
    }

    package struct Refolded: Sendable {
        /// The number of the entity's records that were folded.
        package let folded: Int
        /// The records that still cannot be folded.
        package let left: [Quarantine.Entry]
        /// The change that readers can see, which the cache has to forget.
        package let changed: (id: ProductID, offset: Int64)?
    }

    package let entity: EntityKey
    package let result: Result
}
