import JSON

/// The members of a product's document that the service sets. A client may send them back as it has read them.
///
/// The compressor changes some of them while a person edits, which must not make the person's save fail: a document
/// with an earlier media revision contains their earlier values, which are not compared.
struct OutputOnlyMembers {
    private static let fixed = ["id", "version", "created_at"]
    private static let ofImages = ["media_revision", "images", "compressed_product_images", "updated_at"]
    static let names = fixed + ofImages

    private let product: Product

    init(_ product: Product) { self.product = product }

    /// The names of the members of `document` that contradict the product.
    func different(in document: JSONValue) -> [String] {
        let isEarlier = document["media_revision"]?.integer.map { (0..<product.mediaRevision).contains($0) } ?? false
        let compared = isEarlier ? Self.fixed : Self.names
        return compared.filter { name in document[name].map { !isPresent(name, $0) } ?? false }
    }

    private func isPresent(_ name: String, _ value: JSONValue) -> Bool {
        switch name {
        case "id": value.integer == product.id.value
        case "version": value.integer == product.version
        case "media_revision": value.integer == product.mediaRevision
        case "created_at": Self.isTime(value, product.createdAt)
        case "updated_at": Self.isTime(value, product.updatedAt)
        case "images": isImages(value)
        case "compressed_product_images": isCompressedImages(value)
        default: false
        }
    }

    private static func isTime(_ value: JSONValue, _ time: Timestamp) -> Bool {
        value.string.flatMap { Timestamp(rfc3339: $0) } == time
    }

    private func isCompressedImages(_ value: JSONValue) -> Bool {
        let present = product.compressedImages
        return value.kind == .array && value.elements.count == present.count
            && zip(value.elements, present).allSatisfy { $0.string?.utf8.elementsEqual($1.utf8) == true }
    }

    private func isImages(_ value: JSONValue) -> Bool {
        let images = product.images
        guard value.kind == .array, value.elements.count == images.count,
            let present = try? JSONDocument(parsing: ProductImage.json(images)).root  // our own JSON is valid
        else { return false }
        return zip(zip(value.elements, present.elements), images).allSatisfy { pair, image in
            pair.0.canonical == pair.1.canonical || Self.isStage(pair.0, of: image)
        }
    }

    /// Whether `value` is what a read shows of a pending image while the compressor is busy with it.
    private static func isStage(_ value: JSONValue, of image: ProductImage) -> Bool {
        image.state == .pending && value["id"]?.string == image.id.text && value["source"]?.string == image.source
            && ["pending", "fetching", "processing"].contains(value["status"]?.string)
    }
}
