/// A body that is no `multipart/form-data`, or one that nobody needs.
package struct FormError: Error, Equatable, CustomStringConvertible {
    /// A constant sentence.
    package let description: String

    static let boundary = FormError("The media type has no valid boundary.")
    static let delimiter = FormError("A boundary of the form is followed by something else than a line's end.")
    static let fields = FormError("A part of the form has malformed header fields.")
    static let fieldsTooLong = FormError("A part of the form has too long header fields.")
    static let unnamed = FormError("A part of the form has no name.")
    static let truncated = FormError("The form ends before its last boundary.")

    private init(_ description: String) { self.description = description }
}
