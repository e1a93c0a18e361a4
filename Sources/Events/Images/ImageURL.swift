/// The address of an image in a client's document. It is stored in one form, so that all readers request the same
/// address. Whether its host may be reached is decided when the connection is made, not here.
package enum ImageURL {
    /// Returns the form in which an address is stored; throws the reason if the text is not an address. It is an
    /// argument, because the program that requests the addresses has to understand them.
    package typealias Parser = @Sendable (String) throws(Fault) -> String

    package struct Fault: Error, Equatable {
        package let detail: String
        package init(_ detail: String) { self.detail = detail }

        static let tooLong = Fault("must have at most \(ProductField.maximumURLLength) bytes")
    }

    static func read(_ text: String, _ parse: Parser) throws(Fault) -> String {
        guard text.utf8.count <= ProductField.maximumURLLength else { throw .tooLong }
        let stored = try parse(text)
        guard stored.utf8.count <= ProductField.maximumURLLength else { throw .tooLong }
        return stored
    }
}
