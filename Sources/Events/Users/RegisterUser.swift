package import JSON

/// The command behind `POST /users`.
package struct RegisterUser: Sendable, Equatable {
    /// The length in Unicode code points.
    package static let nameLength = 1...100

    private enum Field: String, CaseIterable {
        case name
    }

    package let name: String

    /// Reads the document of a request; throws every fault, not only the first.
    package init(_ document: JSONValue) throws(InvalidDocument) {
        // Clients send back the members that the service sets, together with the rest of what they have read.
        var reader = DocumentReader(document, fields: Field.self, outputOnly: ["id", "created_at"])
        let name = reader.visibleString(.name, length: Self.nameLength)
        guard reader.faults.isEmpty, let name else { throw InvalidDocument(reader.faults) }
        self.name = name
    }

    /// The fact that follows from this command, once the user has an id.
    package func decide(_ id: UserID) -> UserEvent { .registered(UserRegistered(userID: id, name: name)) }
}
