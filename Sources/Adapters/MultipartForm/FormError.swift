/// Why a body was refused as `multipart/form-data`.
package struct FormError: Error, Equatable, CustomStringConvertible {
    /// A sentence for the client.
    package let description: String

    static let boundary = FormError("The media type has no valid boundary.")
    static let delimiter = FormError("The form has a boundary that is not followed by the end of its line.")
    static let fields = FormError("The form has a part with malformed header fields.")
    static let fieldsTooLong = FormError("The form has a part whose header fields are too long.")
    static let unnamed = FormError("The form has a part without a name.")
    static let truncated = FormError("The form ends before its last boundary.")

    private init(_ description: String) { self.description = description }
}
