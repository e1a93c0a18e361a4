package import JSON

/// Turns the data of an event type that is not written any more into the data of its successor.
package struct Upcaster: Sendable {
    /// Names on the wire: `warelog.ProductCreated.v1`, and its successor.
    package let from: String
    package let to: String
    /// A pure and total function from any object to another one. Reading the event finds members that are missing.
    package let data: @Sendable (JSONValue) -> [UInt8]

    package init(from: String, to: String, data: @escaping @Sendable (JSONValue) -> [UInt8]) {
        self.from = from
        self.to = to
        self.data = data
    }
}

/// Reads the types of earlier releases, step by step, up to a type that `EventType` knows.
package struct Upcasters: Sendable {
    /// Every type that was once written and is no `EventType` any more.
    private static let table: [Upcaster] = []

    /// The upcasters of this program. `check` is called before they are used.
    package static let registered = Upcasters(table)

    private let steps: [String: Upcaster]
    /// The faults in the table.
    private let faults: [String]

    package init(_ table: [Upcaster]) {
        steps = Dictionary(table.map { ($0.from, $0) }) { first, _ in first }
        var faults: [String] = []
        var seen: Set<String> = []
        for upcaster in table {
            if !seen.insert(upcaster.from).inserted { faults.append("\(upcaster.from) has two upcasters") }
            if EventType(name: upcaster.from) != nil {
                faults.append("\(upcaster.from) has an upcaster, but this version reads it as it is")
            }
            var path: Set<String> = []
            var name = upcaster.from
            while EventType(name: name) == nil {
                guard path.insert(name).inserted else {
                    faults.append("the upcasters of \(upcaster.from) lead in a circle")
                    break
                }
                guard let next = steps[name] else {
                    faults.append("the upcasters of \(upcaster.from) lead to \(name), which has none and is not read")
                    break
                }
                name = next.to
            }
        }
        self.faults = faults
    }

    /// Throws when the steps do not lead from every type to a type that is read.
    package func check() throws(UpcasterFault) {
        guard faults.isEmpty else { throw UpcasterFault(faults: faults) }
    }

    /// The type that an event of this type is read as; nil for an unknown type.
    func type(of name: String) -> EventType? {
        if let type = EventType(name: name) { return type }
        var path: Set<String> = []
        var name = name
        while let next = steps[name], path.insert(name).inserted {
            if let type = EventType(name: next.to) { return type }
            name = next.to
        }
        return nil
    }

    /// The data of an event of this type, in the form of `type(of:)`.
    func data(_ bytes: [UInt8], of name: String) throws(EventFault) -> [UInt8] {
        guard !steps.isEmpty else { return bytes }
        var bytes = bytes
        var name = name
        while EventType(name: name) == nil, let next = steps[name] {
            bytes = next.data(try EventData(bytes).value)
            name = next.to
        }
        return bytes
    }
}

/// This program cannot read every event that the ones before it have written.
package struct UpcasterFault: Error, Equatable, CustomStringConvertible {
    package let faults: [String]
    package var description: String { "events of earlier releases cannot be read: \(faults.joined(separator: "; "))" }
}
