/// The reason why a body was refused as `multipart/form-data`.
package struct FormError: Error, Equatable, CustomStringConvertible {
    /// A sentence for the client.
    package let description: String

    package static let boundary = FormError(
        "The boundary of the form is missing or not valid (RFC 2046 section 5.1.1).")
    static let delimiter = FormError("The form has a boundary that is not followed by the end of its line.")
    static let fields = FormError("The form has a part with malformed header fields.")
    static let fieldsTooLong = FormError("The form has a part whose header fields are too long.")
    static let unnamed = FormError("The form has a part without a name.")
    static let truncated = FormError("The form ends before its last boundary.")

    private init(_ description: String) { self.description = description }
}
