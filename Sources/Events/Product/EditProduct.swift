package import JSON

/// The command behind `PUT` and `PATCH /products/{id}`: the fields that are to have a value afterwards.
package struct EditProduct: Sendable, Equatable {
    private let name: String?
    private let description: String?
    private let price: Money?
    private let images: [String]?

    /// Reads a whole document: an optional field that it leaves out is empty afterwards.
    ///
    /// `product` is the product, where it is known: its uploads can be kept by naming their sources, and its owner and
    /// the members that the service sets can be named but not changed.
    package init(
        replacing document: JSONValue, of product: Product?, imageURL: ImageURL.Parser
    ) throws(InvalidDocument) {
        var reader = DocumentReader(document, fields: ProductField.self, outputOnly: OutputOnlyMembers.names)
        let name = reader.visibleString(.name, length: ProductField.nameLength)
        let description = reader.optionalString(.description, length: ProductField.descriptionLength)
        let price = reader.price(.price)
        let images = reader.optionalURLs(
            .images, maximum: ProductField.maximumImages, known: Self.sources(product), imageURL)
        reader.checkOwner(.userID, product)
        if let product { reader.check(outputOnly: OutputOnlyMembers(product)) }
        guard reader.faults.isEmpty, let name, let price else { throw InvalidDocument(reader.faults) }
        self.name = name
        self.description = description ?? ""
        self.price = price
        self.images = images ?? []
    }

    /// Reads a JSON Merge Patch (RFC 7396): an absent field stays as it is, and null empties an optional field.
    package init(
        merging document: JSONValue, into product: Product?, imageURL: ImageURL.Parser
    ) throws(InvalidDocument) {
        var reader = DocumentReader(document, fields: ProductField.self, outputOnly: OutputOnlyMembers.names)
        name = reader.isPresent(.name) ? reader.visibleString(.name, length: ProductField.nameLength) : nil
        price = reader.isPresent(.price) ? reader.price(.price) : nil
        description =
            reader.isNull(.description)
            ? "" : reader.optionalString(.description, length: ProductField.descriptionLength)
        images =
            reader.isNull(.images)
            ? []
            : reader.optionalURLs(
                .images, maximum: ProductField.maximumImages, known: Self.sources(product), imageURL)
        reader.checkOwner(.userID, product)
        if let product { reader.check(outputOnly: OutputOnlyMembers(product)) }
        if !reader.faults.isEmpty { throw InvalidDocument(reader.faults) }
    }

    private static func sources(_ product: Product?) -> Set<String> { Set(product?.images.map(\.source) ?? []) }

    /// The fact that makes `product` what the command wants: it holds the fields that differ, and no others.
    ///
    /// A fact with images is right for this version of the product only.
    package func decide(_ product: Product) -> ProductUpdated {
        let images = images == product.images.map(\.source) ? nil : images
        return ProductUpdated(
            productID: product.id, name: Self.change(of: product.name, to: name),
            description: Self.change(of: product.description, to: description),
            price: price == product.price ? nil : price,
            images: images, newImages: images.map { product.places(ofNew: $0) },
            owner: images == nil ? nil : product.userID)
    }

    /// Compares by bytes: two spellings of one letter are two texts.
    private static func change(of old: String, to new: String?) -> String? {
        new.flatMap { $0.utf8.elementsEqual(old.utf8) ? nil : $0 }
    }

    /// The fact for a product that is not known: it holds every field that the command names.
    package func decide(unseen id: ProductID) -> ProductUpdated {
        ProductUpdated(productID: id, name: name, description: description, price: price, images: images)
    }
}
