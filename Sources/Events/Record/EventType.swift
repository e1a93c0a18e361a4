/// The types of events, with their names on the wire.
package enum EventType: Sendable, CaseIterable {
    case productCreated
    case productUpdated
    case productDeleted
    case productImageUploaded
    case productImageRemoved
    case imagesCompressed
    case imageCompressionFailed
    case imagesCompressionRequested
    case userRegistered

    package var name: String {
        switch self {
        case .productCreated: "warelog.ProductCreated.v1"
        case .productUpdated: "warelog.ProductUpdated.v1"
        case .productDeleted: "warelog.ProductDeleted.v1"
        case .productImageUploaded: "warelog.ProductImageUploaded.v1"
        case .productImageRemoved: "warelog.ProductImageRemoved.v1"
        case .imagesCompressed: "warelog.ImagesCompressed.v1"
        case .imageCompressionFailed: "warelog.ImageCompressionFailed.v1"
        case .imagesCompressionRequested: "warelog.ImagesCompressionRequested.v1"
        case .userRegistered: "warelog.UserRegistered.v1"
        }
    }

    package init?(name: String) {
        guard let type = Self.byName[name] else { return nil }
        self = type
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}
