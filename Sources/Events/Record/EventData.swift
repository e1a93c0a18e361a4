import JSON

/// Reads the data of an event, member by member; a fault names the member. Other members are ignored: newer writers may
/// add some.
struct EventData {
    let value: JSONValue
    /// The place of the value in the data, which becomes text only for a fault.
    private let place: Place

    private indirect enum Place {
        case root
        case member(String, of: Place)
        case element(Int, of: Place)

        var pointer: String {
            switch self {
            case .root: ""
            case .member(let key, let parent): "\(parent.pointer)/\(key)"
            case .element(let index, let parent): "\(parent.pointer)/\(index)"
            }
        }
    }

    init(_ bytes: [UInt8]) throws(EventFault) {
        self.init(try Self.parse(bytes), .root)
        guard value.kind == .object else { throw .invalid("data", "is not an object") }
    }

    /// The objects of the array in `bytes`.
    static func objects(parsing bytes: [UInt8]) throws(EventFault) -> [EventData] {
        try objects(in: parse(bytes), .root)
    }

    private static func parse(_ bytes: [UInt8]) throws(EventFault) -> JSONValue {
        do {
            return try JSONDocument(parsing: bytes).root
        } catch {
            throw .malformed(error)
        }
    }

    private init(_ value: JSONValue, _ place: Place) {
        self.value = value
        self.place = place
    }

    private func member(_ key: String) throws(EventFault) -> JSONValue {
        guard let member = value[key] else { throw .missing("\(place.pointer)/\(key)") }
        return member
    }

    func string(_ key: String) throws(EventFault) -> String {
        try text(member(key), key)
    }

    func optionalString(_ key: String) throws(EventFault) -> String? {
        guard let member = value[key] else { return nil }
        return try text(member, key)
    }

    /// Text with at most so many characters, within the bounds that the API has for the same member.
    func string(_ key: String, length: ClosedRange<Int>) throws(EventFault) -> String {
        let text = try string(key)
        guard !text.isEmpty || length.lowerBound == 0 else { throw fault(key, "is empty") }
        guard text.hasAtMost(characters: length.upperBound) else {
            throw fault(key, "has more than \(length.upperBound) characters")
        }
        return text
    }

    func optionalString(_ key: String, length: ClosedRange<Int>) throws(EventFault) -> String? {
        value[key] == nil ? nil : try string(key, length: length)
    }

    /// Text with at most so many bytes.
    func string(_ key: String, bytes maximum: Int) throws(EventFault) -> String {
        let text = try string(key)
        guard text.utf8.count <= maximum else { throw fault(key, "has more than \(maximum) bytes") }
        return text
    }

    /// The addresses of images, within the bounds of the API.
    func imageSources(_ key: String) throws(EventFault) -> [String] {
        let sources = try strings(key, maximum: ProductField.maximumImages)
        for (index, source) in sources.enumerated() where source.utf8.count > ProductField.maximumURLLength {
            throw fault("\(key)/\(index)", "has more than \(ProductField.maximumURLLength) bytes")
        }
        return sources
    }

    func optionalImageSources(_ key: String) throws(EventFault) -> [String]? {
        value[key] == nil ? nil : try imageSources(key)
    }

    func optionalMoney(_ key: String) throws(EventFault) -> Money? {
        value[key] == nil ? nil : try money(key)
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

    private func strings(_ key: String, maximum: Int) throws(EventFault) -> [String] {
        var strings: [String] = []
        for (index, element) in try elements(key, maximum: maximum).enumerated() {
            strings.append(try text(element, key, index))
        }
        return strings
    }

    func flag(_ key: String) throws(EventFault) -> Bool {
        guard let flag = try member(key).boolean else { throw fault(key, "is not true or false") }
        return flag
    }

    func optionalFlag(_ key: String) throws(EventFault) -> Bool? {
        value[key] == nil ? nil : try flag(key)
    }

    func optionalCounts(_ key: String, maximum: Int) throws(EventFault) -> [Int]? {
        guard value[key] != nil else { return nil }
        var counts: [Int] = []
        for (index, element) in try elements(key, maximum: maximum).enumerated() {
            guard let integer = element.integer, integer >= 0 else { throw fault("\(key)/\(index)", "is not a count") }
            counts.append(Int(integer))
        }
        return counts
    }

    func object(_ key: String) throws(EventFault) -> EventData {
        let member = try member(key)
        guard member.kind == .object else { throw fault(key, "is not an object") }
        return EventData(member, .member(key, of: place))
    }

    func objects(_ key: String, maximum: Int) throws(EventFault) -> [EventData] {
        let objects = try Self.objects(in: member(key), .member(key, of: place))
        guard objects.count <= maximum else { throw fault(key, "has more than \(maximum) elements") }
        return objects
    }

    /// A fault in the value of a member that is present.
    func fault(_ key: String, _ reason: String) -> EventFault { .invalid("\(place.pointer)/\(key)", reason) }

    private static func objects(in array: JSONValue, _ place: Place) throws(EventFault) -> [EventData] {
        guard array.kind == .array else { throw .invalid(place.pointer, "is not an array") }
        var objects: [EventData] = []
        for (index, element) in array.elements.enumerated() {
            let object = EventData(element, .element(index, of: place))
            guard element.kind == .object else { throw .invalid(object.place.pointer, "is not an object") }
            objects.append(object)
        }
        return objects
    }

    private func elements(_ key: String, maximum: Int) throws(EventFault) -> [JSONValue] {
        let array = try member(key)
        guard array.kind == .array else { throw fault(key, "is not an array") }
        let elements = array.elements
        guard elements.count <= maximum else { throw fault(key, "has more than \(maximum) elements") }
        return elements
    }

    /// Text that a column of Postgres can hold: NUL would stop the projector, not the writer of the event. `index` is
    /// the index of the text in the member, if that is an array.
    private func text(_ value: JSONValue, _ key: String, _ index: Int? = nil) throws(EventFault) -> String {
        guard let string = value.string else { throw textFault(key, index, "is not a string") }
        guard !value.containsNUL else { throw textFault(key, index, "contains NUL") }
        return string
    }

    private func textFault(_ key: String, _ index: Int?, _ reason: String) -> EventFault {
        fault(index.map { "\(key)/\($0)" } ?? key, reason)
    }
}
