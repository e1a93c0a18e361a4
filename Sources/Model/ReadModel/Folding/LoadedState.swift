package import Events

/// The state of the read model, as far as a batch needs it.
package struct LoadedState {
    package var products: [ProductID: Product] = [:]
    package var users: [UserID: User] = [:]
    /// The commands that took effect.
    package var commands: Set<CommandKey> = []
    package var quarantined: Set<EntityKey> = []
    /// The records that an operator has taken out of the fold.
    package var discarded: Set<RecordPosition> = []

    package init() {}
}
