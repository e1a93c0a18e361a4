import Events
import HTTPMessages

/// The conditions of a request on the present state: `If-Match` and `If-None-Match` (RFC 9110 section 13).
struct Preconditions: Sendable {
    let ifMatch: EntityTagCondition?
    let ifNoneMatch: EntityTagCondition?

    init(_ headers: HTTPHeaders) throws(Problem) {
        ifMatch = try Self.condition("If-Match", headers)
        ifNoneMatch = try Self.condition("If-None-Match", headers)
    }

    private static func condition(_ name: String, _ headers: HTTPHeaders) throws(Problem) -> EntityTagCondition? {
        guard let value = headers.list(name) else { return nil }
        guard let condition = EntityTagCondition(value) else {
            throw Problem(.malformedRequest, "\(name) must be * or a list of entity tags.")
        }
        return condition
    }

    /// The content version that a write expects; nil if it accepts any.
    ///
    /// Throws if the product is certainly not in the expected version. The fold decides all other cases. `product` is
    /// nil if the gateway cannot read it.
    func expectedVersion(of product: Product?, isRequired: Bool) throws(Problem) -> Int64? {
        if let product, let ifNoneMatch, ifNoneMatch.matchesWeakly(ProductDocument(product).entityTag) {
            throw Problem.preconditionFailed(version: product.version, mediaRevision: product.mediaRevision)
        }
        switch ifMatch {
        case nil:
            if isRequired {
                throw Problem(.preconditionRequired, "Send If-Match with the ETag of the product that you have read.")
            }
            return nil
        case .any:
            return nil
        case .tags(let tags):
            let versions = tags.compactMap(\.contentVersion)
            guard let product else { return versions.max() ?? -1 }
            if versions.contains(product.version) { return product.version }
            // The client may have read a newer version than this gateway's read model has.
            if let newer = versions.filter({ $0 > product.version }).min() { return newer }
            throw Problem.preconditionFailed(version: product.version, mediaRevision: product.mediaRevision)
        }
    }

    /// Whether a read of the state with this tag is answered with 304. Throws if it is answered with 412.
    func isNotModified(_ entityTag: String) throws(Problem) -> Bool {
        if let ifMatch, !ifMatch.matchesStrongly(entityTag) { throw Problem(.preconditionFailed) }
        return ifNoneMatch?.matchesWeakly(entityTag) ?? false
    }
}
