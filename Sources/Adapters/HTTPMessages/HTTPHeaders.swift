/// Header fields in their order, including repeated ones. Names are compared without regard to ASCII case.
package struct HTTPHeaders: Sendable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init(_ fields: [Field] = []) { self.fields = fields }

    /// The first value of the field. Setting it replaces all values of the field, and nil removes them.
    package subscript(_ name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of the field, in order.
    package func values(_ name: String) -> [String] {
        fields.lazy.filter { Self.same($0.name, name) }.map(\.value)
    }

    /// All values of the field, combined into one list (RFC 9110 section 5.3). Nil if there are none.
    package func list(_ name: String) -> String? {
        let values = values(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    package func contains(_ name: String) -> Bool { fields.contains { Self.same($0.name, name) } }

    package mutating func add(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    package mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }

    private static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            && zip(one.utf8, other.utf8).allSatisfy { $0 == $1 || lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral, Equatable {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Field(name: $0, value: $1) })
    }
}
