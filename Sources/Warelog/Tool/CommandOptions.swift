import Glibc

/// What stands behind a command's name: words, and options with their values.
struct CommandOptions {
    private(set) var words: [String] = []
    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    /// Throws for an option that is neither one of `valued` nor one of `flags`, that lacks its value, or comes twice.
    init(
        _ arguments: some Sequence<String>, valued: Set<String> = [], flags allowed: Set<String> = []
    ) throws(WrongUsage) {
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            if allowed.contains(argument) {
                flags.insert(argument)
            } else if valued.contains(argument) {
                guard let value = rest.popFirst() else { throw WrongUsage("\(argument) needs a value") }
                guard values.updateValue(value, forKey: argument) == nil else {
                    throw WrongUsage("\(argument) is given twice")
                }
            } else if argument.hasPrefix("-") {
                throw WrongUsage("there is no option \(argument)")
            } else {
                words.append(argument)
            }
        }
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    subscript(_ option: String) -> String? { values[option] }

    /// Who decides, where that is written down: `--actor`, or the user who is logged in. Fits an event's attribute.
    func actor() throws(WrongUsage) -> String {
        let actor = values["--actor"] ?? getenv("USER").map { String(cString: $0) } ?? "unknown"
        let isPrintable = actor.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPrintable, (1...200).contains(actor.utf8.count) else {
            throw WrongUsage("--actor must be a name of 1 to 200 bytes, without control characters")
        }
        return actor
    }

    /// A number from 1 on; nil when the option is not given.
    func count(_ option: String) throws(WrongUsage) -> Int? {
        guard let text = values[option] else { return nil }
        guard let count = Int(text), count > 0 else { throw WrongUsage("\(option) must be a positive integer") }
        return count
    }
}

/// The command line says nothing that can be done.
struct WrongUsage: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
