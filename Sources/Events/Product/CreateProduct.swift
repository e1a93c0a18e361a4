package import JSON

/// The command behind `POST /products`.
package struct CreateProduct: Sendable, Equatable {
    package let userID: UserID
    package let name: String
    package let description: String
    package let price: Money
    package let images: [String]

    /// Reads the document of a request; throws every fault, not only the first.
    package init(_ document: JSONValue) throws(InvalidDocument) {
        var reader = DocumentReader(document, fields: ProductField.self)
        let userID: UserID? = reader.identifier(.userID)
        let name = reader.string(.name, length: ProductField.nameLength)
        let description = reader.optionalString(.description, length: ProductField.descriptionLength)
        let price = reader.price(.price)
        let images = reader.optionalURLs(.images, maximum: ProductField.maximumImages)
        guard reader.faults.isEmpty, let userID, let name, let price else { throw InvalidDocument(reader.faults) }
        self.userID = userID
        self.name = name
        self.description = description ?? ""
        self.price = price
        self.images = images ?? []
    }

    /// The fact that follows from this command, once the product has an id.
    package func decide(_ id: ProductID) -> ProductEvent {
        .created(
            ProductCreated(
                productID: id, userID: userID, name: name, description: description, price: price, images: images))
    }
}

/// The fields of a product's document that a client writes, by their names on the wire.
package enum ProductField: String, CaseIterable, Sendable {
    case userID = "user_id"
    case name = "product_name"
    case description = "product_description"
    case images = "product_images"
    case price = "product_price"

    /// Lengths in characters.
    package static let nameLength = 1...maximumNameLength
    package static let descriptionLength = 0...maximumDescriptionLength
    package static let maximumNameLength = 200
    package static let maximumDescriptionLength = 10_000
    package static let maximumImages = 20
    /// The length in bytes.
    package static let maximumURLLength = 2048
}
