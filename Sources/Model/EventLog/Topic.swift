/// The topics of the log, by their names on the wire.
package enum Topic: String, CaseIterable, Sendable {
    case products = "products.events"
    case users = "users.events"

    package var name: String { rawValue }
}
