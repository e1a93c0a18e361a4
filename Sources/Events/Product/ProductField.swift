/// The fields of a product's document that a client writes, by their names on the wire, and their bounds.
package enum ProductField: String, CaseIterable, Sendable {
    case userID = "user_id"
    case name = "product_name"
    case description = "product_description"
    case images = "product_images"
    case price = "product_price"

    /// Lengths in Unicode code points.
    package static let nameLength = 1...maximumNameLength
    package static let descriptionLength = 0...maximumDescriptionLength
    package static let maximumNameLength = 200
    package static let maximumDescriptionLength = 10_000
    package static let maximumImages = 20
    /// The length in bytes.
    package static let maximumURLLength = 2048
}
