import JSON

/// Reads the data of an event, member by member; a fault names the member. Members it is not asked for are ignored:
/// a newer writer may add some.
struct EventData {
    private let value: JSONValue
    private let pointer: String

    init(_ bytes: [UInt8]) throws(EventFault) {
        do {
            value = try JSONDocument(parsing: bytes).root
        } catch {
            throw .malformed(error)
        }
        pointer = ""
        guard value.kind == .object else { throw .invalid("data", "is not an object") }
    }

    private init(_ value: JSONValue, pointer: String) {
        self.value = value
        self.pointer = pointer
    }

    private func member(_ key: String) throws(EventFault) -> JSONValue {
        guard let member = value[key] else { throw .missing("\(pointer)/\(key)") }
        return member
    }

    func string(_ key: String) throws(EventFault) -> String {
        guard let string = try member(key).string else { throw .invalid("\(pointer)/\(key)", "is not a string") }
        return string
    }

    func optionalString(_ key: String) throws(EventFault) -> String? {
        value[key] == nil ? nil : try string(key)
    }

    func count(_ key: String) throws(EventFault) -> Int {
        guard let integer = try member(key).integer, integer >= 0 else {
            throw .invalid("\(pointer)/\(key)", "is not a count")
        }
        return Int(integer)
    }

    func identifier<Entity>(_ key: String) throws(EventFault) -> Identifier<Entity> {
        guard let integer = try member(key).integer, let identifier = Identifier<Entity>(integer) else {
            throw .invalid("\(pointer)/\(key)", "is not an identifier")
        }
        return identifier
    }

    func money(_ key: String) throws(EventFault) -> Money {
        guard let number = try member(key).number else { throw .invalid("\(pointer)/\(key)", "is not a number") }
        do {
            return try Money(number)
        } catch {
            throw .invalid("\(pointer)/\(key)", "is not an amount")
        }
    }

    func optionalMoney(_ key: String) throws(EventFault) -> Money? {
        value[key] == nil ? nil : try money(key)
    }

    func strings(_ key: String) throws(EventFault) -> [String] {
        var strings: [String] = []
        for (index, element) in try array(key).enumerated() {
            guard let string = element.string else { throw .invalid("\(pointer)/\(key)/\(index)", "is not a string") }
            strings.append(string)
        }
        return strings
    }

    func optionalStrings(_ key: String) throws(EventFault) -> [String]? {
        value[key] == nil ? nil : try strings(key)
    }

    func object(_ key: String) throws(EventFault) -> EventData {
        let member = try member(key)
        guard member.kind == .object else { throw .invalid("\(pointer)/\(key)", "is not an object") }
        return EventData(member, pointer: "\(pointer)/\(key)")
    }

    func objects(_ key: String) throws(EventFault) -> [EventData] {
        var objects: [EventData] = []
        for (index, element) in try array(key).enumerated() {
            let path = "\(pointer)/\(key)/\(index)"
            guard element.kind == .object else { throw .invalid(path, "is not an object") }
            objects.append(EventData(element, pointer: path))
        }
        return objects
    }

    private func array(_ key: String) throws(EventFault) -> [JSONValue] {
        let member = try member(key)
        guard member.kind == .array else { throw .invalid("\(pointer)/\(key)", "is not an array") }
        return member.elements
    }
}
