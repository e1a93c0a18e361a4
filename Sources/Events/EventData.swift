import JSON

/// Reads the data of an event, member by member; a fault names the member. Members it is not asked for are ignored:
/// a newer writer may add some.
struct EventData {
    private let value: JSONValue
    private let pointer: String

    init(_ bytes: [UInt8]) throws(EventFault) {
        self.init(try Self.parse(bytes), pointer: "")
        guard value.kind == .object else { throw .invalid("data", "is not an object") }
    }

    /// The objects of the array that `bytes` are.
    static func objects(parsing bytes: [UInt8]) throws(EventFault) -> [EventData] {
        try objects(in: parse(bytes), pointer: "")
    }

    private static func parse(_ bytes: [UInt8]) throws(EventFault) -> JSONValue {
        do {
            return try JSONDocument(parsing: bytes).root
        } catch {
            throw .malformed(error)
        }
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
        try Self.text(member(key), pointer: "\(pointer)/\(key)")
    }

    func optionalString(_ key: String) throws(EventFault) -> String? {
        value[key] == nil ? nil : try string(key)
    }

    func count(_ key: String) throws(EventFault) -> Int {
        guard let integer = try member(key).integer, integer >= 0 else {
            throw fault(key, "is not a count")
        }
        return Int(integer)
    }

    func identifier<Entity>(_ key: String) throws(EventFault) -> Identifier<Entity> {
        guard let integer = try member(key).integer, let identifier = Identifier<Entity>(integer) else {
            throw fault(key, "is not an identifier")
        }
        return identifier
    }

    func optionalIdentifier<Entity>(_ key: String) throws(EventFault) -> Identifier<Entity>? {
        value[key] == nil ? nil : try identifier(key)
    }

    func money(_ key: String) throws(EventFault) -> Money {
        guard let number = try member(key).number else { throw fault(key, "is not a number") }
        do {
            return try Money(number)
        } catch {
            throw fault(key, "is not an amount")
        }
    }

    func optionalMoney(_ key: String) throws(EventFault) -> Money? {
        value[key] == nil ? nil : try money(key)
    }

    func strings(_ key: String) throws(EventFault) -> [String] {
        var strings: [String] = []
        for (index, element) in try Self.elements(of: member(key), pointer: "\(pointer)/\(key)").enumerated() {
            strings.append(try Self.text(element, pointer: "\(pointer)/\(key)/\(index)"))
        }
        return strings
    }

    func optionalStrings(_ key: String) throws(EventFault) -> [String]? {
        value[key] == nil ? nil : try strings(key)
    }

    func flag(_ key: String) throws(EventFault) -> Bool {
        guard let flag = try member(key).boolean else { throw fault(key, "is not true or false") }
        return flag
    }

    func optionalFlag(_ key: String) throws(EventFault) -> Bool? {
        value[key] == nil ? nil : try flag(key)
    }

    func optionalCounts(_ key: String) throws(EventFault) -> [Int]? {
        guard value[key] != nil else { return nil }
        var counts: [Int] = []
        for (index, element) in try Self.elements(of: member(key), pointer: "\(pointer)/\(key)").enumerated() {
            guard let integer = element.integer, integer >= 0 else { throw fault("\(key)/\(index)", "is not a count") }
            counts.append(Int(integer))
        }
        return counts
    }

    func object(_ key: String) throws(EventFault) -> EventData {
        let member = try member(key)
        guard member.kind == .object else { throw fault(key, "is not an object") }
        return EventData(member, pointer: "\(pointer)/\(key)")
    }

    func objects(_ key: String) throws(EventFault) -> [EventData] {
        try Self.objects(in: member(key), pointer: "\(pointer)/\(key)")
    }

    /// What is wrong with the value of a member that is there.
    func fault(_ key: String, _ reason: String) -> EventFault { .invalid("\(pointer)/\(key)", reason) }

    private static func objects(in array: JSONValue, pointer: String) throws(EventFault) -> [EventData] {
        var objects: [EventData] = []
        for (index, element) in try elements(of: array, pointer: pointer).enumerated() {
            guard element.kind == .object else { throw .invalid("\(pointer)/\(index)", "is not an object") }
            objects.append(EventData(element, pointer: "\(pointer)/\(index)"))
        }
        return objects
    }

    private static func elements(of array: JSONValue, pointer: String) throws(EventFault) -> [JSONValue] {
        guard array.kind == .array else { throw .invalid(pointer, "is not an array") }
        return array.elements
    }

    /// Text that a column of Postgres can hold: NUL would stop the projector, not the writer of the event.
    private static func text(_ value: JSONValue, pointer: String) throws(EventFault) -> String {
        guard let string = value.string else { throw .invalid(pointer, "is not a string") }
        guard !string.utf8.contains(0) else { throw .invalid(pointer, "contains NUL") }
        return string
    }
}
