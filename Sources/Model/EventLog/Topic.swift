/// The topics of the log, by their names on the wire.
package enum Topic: String, CaseIterable, Sendable {
    case products = "products.events"
    case users = "users.events"

    package var name: String { rawValue }

    /// The settings that a topic of the log must be created with and keep.
    package static let settings = [("cleanup.policy", "delete"), ("retention.ms", "-1"), ("retention.bytes", "-1")]
}
