package import JSON

/// The command behind `POST /products`.
package struct CreateProduct: Sendable, Equatable {
    package let userID: UserID
    package let name: String
    package let description: String
    package let price: Money
    package let images: [String]

    /// Reads the document of a request; throws every fault, not only the first.
    package init(_ document: JSONValue, imageURL: ImageURL.Parser) throws(InvalidDocument) {
        // There is no state yet that the members which the service sets could contradict.
        var reader = DocumentReader(document, fields: ProductField.self, outputOnly: OutputOnlyMembers.names)
        let userID: UserID? = reader.identifier(.userID)
        let name = reader.visibleString(.name, length: ProductField.nameLength)
        let description = reader.optionalString(.description, length: ProductField.descriptionLength)
        let price = reader.price(.price)
        let images = reader.optionalURLs(.images, maximum: ProductField.maximumImages, imageURL)
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
