import JSON

/// Reads the members of a client's JSON object and collects the faults of each. A member that is neither a `Field` nor
/// one that the service sets is refused by its name.
struct DocumentReader<Field: RawRepresentable & CaseIterable> where Field.RawValue == String {
    private let document: JSONValue
    private(set) var faults: [FieldFault] = []

    /// `outputOnly` are the members that the service sets. Clients send them back with what they have read (AIP-203).
    init(_ document: JSONValue, fields: Field.Type, outputOnly: [String]) {
        self.document = document
        guard document.kind == .object else {
            faults.append(FieldFault("", .wrongType, "must be an object"))
            return
        }
        for (key, _) in document.members where !Self.isField(key) && !Self.contains(outputOnly, key) {
            faults.append(FieldFault("/\(JSONPointer.escaped(key))", .unknownField, "is not a field of this resource"))
        }
    }

    private static func isField(_ key: String) -> Bool { contains(Field.allCases.lazy.map(\.rawValue), key) }

    /// Compares by bytes: comparing a hostile text as a string can take time that grows with the square of its length.
    private static func contains(_ names: some Sequence<String>, _ key: String) -> Bool {
        names.contains { $0.utf8.elementsEqual(key.utf8) }
    }

    mutating func identifier<Entity>(_ field: Field) -> Identifier<Entity>? {
        guard let value = required(field) else { return nil }
        guard value.kind == .number else { return fault(field, .wrongType, "must be an integer") }
        guard let integer = value.integer, let identifier = Identifier<Entity>(integer) else {
            return fault(field, .outOfRange, "must be an integer from 1 to \(Identifier<Entity>.maximum)")
        }
        return identifier
    }

    mutating func string(_ field: Field, length: ClosedRange<Int>) -> String? {
        required(field).flatMap { string(field, $0, length) }
    }

    /// A text that a person can see: white space and characters that are ignored do not count.
    mutating func visibleString(_ field: Field, length: ClosedRange<Int>) -> String? {
        guard let text = string(field, length: length) else { return nil }
        return text.isVisible ? text : fault(field, .empty, "must have a visible character")
    }

    mutating func optionalString(_ field: Field, length: ClosedRange<Int>) -> String? {
        document[field.rawValue].flatMap { string(field, $0, length) }
    }

    mutating func price(_ field: Field) -> Money? {
        guard let value = required(field) else { return nil }
        guard let number = value.number else { return fault(field, .wrongType, "must be a number") }
        do {
            return try Money(number)
        } catch {
            switch error {
            case .negative: return fault(field, .notPositive, "must be at least 0")
            case .moreThanTwoDecimals: return fault(field, .tooPrecise, "must have at most two decimals")
            case .tooLarge: return fault(field, .outOfRange, "must be at most \(Money.maximum)")
            case .notANumber: return fault(field, .wrongType, "must be a number")
            }
        }
    }

    func isPresent(_ field: Field) -> Bool { document[field.rawValue] != nil }
    func isNull(_ field: Field) -> Bool { document[field.rawValue]?.kind == .null }

    /// Checks the owner of a product, who may be named but not changed.
    mutating func checkOwner(_ field: Field, _ product: Product?) {
        guard isPresent(field), let owner: UserID = identifier(field), let product, owner != product.userID else {
            return
        }
        faults.append(FieldFault("/\(field.rawValue)", .immutable, "cannot be changed"))
    }

    /// Checks the members that the service sets: they may be present if they have their present values.
    mutating func check(outputOnly present: OutputOnlyMembers) {
        for name in present.different(in: document) {
            faults.append(
                FieldFault("/\(name)", .immutable, "is set by the service: leave it out, or send the present value"))
        }
    }

    /// Reads an array of URLs in the form in which they are stored. Texts in `known` stay as they are.
    mutating func optionalURLs(
        _ field: Field, maximum: Int, known: Set<String> = [], _ parse: ImageURL.Parser
    ) -> [String]? {
        guard let value = document[field.rawValue] else { return nil }
        guard value.kind == .array else { return fault(field, .wrongType, "must be an array of URLs") }
        let elements = value.elements
        guard elements.count <= maximum else { return fault(field, .tooMany, "must have at most \(maximum) elements") }
        var urls: [String] = []
        for (index, element) in elements.enumerated() {
            let pointer = "/\(field.rawValue)/\(index)"
            guard let text = element.string else {
                faults.append(FieldFault(pointer, .wrongType, "must be a string"))
                continue
            }
            if known.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
                urls.append(text)
                continue
            }
            do throws(ImageURL.Fault) {
                urls.append(try ImageURL.read(text, parse))
            } catch {
                faults.append(FieldFault(pointer, .invalidURL, error.detail))
            }
        }
        return urls
    }

    private mutating func required(_ field: Field) -> JSONValue? {
        guard document.kind == .object else { return nil }
        guard let value = document[field.rawValue] else { return fault(field, .required, "is required") }
        return value
    }

    private mutating func string(_ field: Field, _ value: JSONValue, _ length: ClosedRange<Int>) -> String? {
        guard let string = value.string else { return fault(field, .wrongType, "must be a string") }
        guard !string.utf8.contains(0) else {
            return fault(field, .forbiddenCharacter, "must not contain NUL or a lone surrogate")
        }
        // JSON Schema counts code points (RFC 8259), and so does every other language in the same way.
        let count = string.unicodeScalars.count
        guard count >= length.lowerBound else { return fault(field, .empty, "must not be empty") }
        guard count <= length.upperBound else {
            return fault(field, .tooLong, "must have at most \(length.upperBound) Unicode code points")
        }
        return string
    }

    private mutating func fault<Value>(_ field: Field, _ code: FieldFault.Code, _ detail: String) -> Value? {
        faults.append(FieldFault("/\(field.rawValue)", code, detail))
        return nil
    }
}
