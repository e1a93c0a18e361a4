package import Events
import Postgres

/// The origin of the value of one field of a product.
package struct Explanation: Sendable {
    /// An event and the value that it gave the field.
    package struct Origin: Sendable {
        package let entry: HistoryEntry
        /// The value as JSON; nil when the event removed the field.
        package let value: [UInt8]?
    }

    /// The origin of the present value.
    package let origin: Origin
    /// The origin of the value before it; nil when there was none.
    package let replaced: Origin?
}

package enum ExplanationFault: Error, Equatable, CustomStringConvertible {
    case noSuchProduct(ProductID)
    /// `known` are the fields that the product has.
    case noSuchField(String, known: [String])

    package var description: String {
        switch self {
        case .noSuchProduct(let id): "there is no product \(id)"
        case .noSuchField(let field, let known):
            "there is no field \(field); there are \(known.joined(separator: ", "))"
        }
    }
}

extension ProductHistory {
    /// Reads all events of the product, a page at a time, which takes too long for requests. Throws `ExplanationFault`
    /// and the errors of `LogReader.events`.
    package func explain(_ field: String) async throws -> Explanation {
        var origin: Explanation.Origin?
        var replaced: Explanation.Origin?
        var known = Known.product(nil)
        var offset = Int64(-1)
        var isContinued = true
        while isContinued {
            let page = try await entries(after: offset, limit: Self.chunk, from: known)
            for entry in page.entries {
                offset = entry.event.position.offset
                guard let change = entry.changes?.first(where: { $0.field == field }) else { continue }
                replaced = origin
                origin = Explanation.Origin(entry: entry, value: change.to)
            }
            known = page.end
            isContinued = page.isContinued
        }
        if let origin { return Explanation(origin: origin, replaced: replaced) }
        guard case .product(let product?) = known else { throw ExplanationFault.noSuchProduct(id) }
        throw ExplanationFault.noSuchField(field, known: Product.fields(of: product).map(\.name))
    }
}
