package import Events
import JSON

/// The change of one field of a product by one event: the values before and after as JSON, nil where the product did
/// not have the field.
package struct FieldChange: Sendable, Equatable {
    package let field: String
    package let from: [UInt8]?
    package let to: [UInt8]?

    /// The differences of `after` from `before`, in the order of the document.
    package static func between(_ before: Product?, _ after: Product?) -> [FieldChange] {
        let old = Product.fields(of: before)
        let new = Product.fields(of: after)
        let oldValues = Dictionary(old.map { ($0.name, $0.json) }) { first, _ in first }
        let newNames = Set(new.map(\.name))
        let changed = new.filter { oldValues[$0.name] != $0.json }.map {
            FieldChange(field: $0.name, from: oldValues[$0.name], to: $0.json)
        }
        return changed
            + old.filter { !newNames.contains($0.name) }.map {
                FieldChange(field: $0.name, from: $0.json, to: nil)
            }
    }
}

extension Product {
    /// The fields of the product's document that events set, with their names there. Each image is a field that
    /// includes its state, and `is_deleted` is a field, which no document shows.
    package static func fields(of product: Product?) -> [(name: String, json: [UInt8])] {
        guard let product else { return [] }
        let fixed: [(String, (inout JSONWriter) -> Void)] = [
            ("user_id", { $0.integer(product.userID.value) }),
            ("product_name", { $0.string(product.name) }),
            ("product_description", { $0.string(product.description) }),
            ("product_images", { $0.array(product.images.map(\.source)) { $0.string($1) } }),
            ("product_price", { $0.raw(product.price.description) }),
            ("compressed_product_images", { $0.array(product.compressedImages) { $0.string($1) } }),
            ("is_deleted", { $0.boolean(product.isDeleted) }),
        ]
        return fixed.map { name, write in
            var json = JSONWriter()
            write(&json)
            return (name, json.bytes)
        } + product.images.map { ("images/\($0.id)", $0.json) }
    }
}
