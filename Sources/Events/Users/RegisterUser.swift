import JSON

/// The command behind `POST /users`.
package struct RegisterUser: Sendable, Equatable {
    /// In characters.
    package static let maximumNameLength = 100

    private enum Field: String, CaseIterable {
        case name
    }

    package let name: String

    /// Reads a request's document; every fault is found, not only the first.
    package init(_ document: JSONValue) throws(InvalidDocument) {
        var reader = DocumentReader(document, fields: Field.self)
        let name = reader.string(.name, length: 1...Self.maximumNameLength)
        guard reader.faults.isEmpty, let name else { throw InvalidDocument(reader.faults) }
        self.name = name
    }

    /// The facts that follow from this command, once it has an id for the user.
    package func decide(_ id: UserID) -> UserEvent { .registered(UserRegistered(userID: id, name: name)) }
}
