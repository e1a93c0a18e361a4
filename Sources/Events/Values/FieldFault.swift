import JSON

/// One fault in the document of a request, and its place.
package struct FieldFault: Error, Equatable, Sendable {
    package enum Code: String, Sendable, CaseIterable {
        case required
        case wrongType = "wrong-type"
        case unknownField = "unknown-field"
        case empty
        case tooLong = "too-long"
        case tooMany = "too-many"
        case outOfRange = "out-of-range"
        case notPositive = "not-positive"
        case tooPrecise = "too-precise"
        case forbiddenCharacter = "forbidden-character"
        case invalidURL = "invalid-url"
        case unknownUser = "unknown-user"
        case immutable
    }

    /// The place as a JSON pointer (RFC 6901).
    package let pointer: String
    package let code: Code
    package let detail: String

    package init(_ pointer: String, _ code: Code, _ detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }
}

/// All faults in a document.
package struct InvalidDocument: Error, Equatable, Sendable {
    package let faults: [FieldFault]
    package init(_ faults: [FieldFault]) { self.faults = faults }
}
