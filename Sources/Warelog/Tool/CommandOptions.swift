import Glibc

/// The arguments of a command: words, and options with their values.
struct CommandOptions {
    private(set) var words: [String] = []
    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    /// Throws for an option that is neither in `valued` nor in `flags`, that lacks its value, or that is given twice.
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

    /// The operator who decides: `--actor`, or the user who is logged in. The name fits an attribute of an event.
    func actor() throws(WrongUsage) -> String {
        let actor = values["--actor"] ?? getenv("USER").map { String(cString: $0) } ?? "unknown"
        let isPrintable = actor.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPrintable, (1...200).contains(actor.utf8.count) else {
            throw WrongUsage("--actor must be a name of 1 to 200 bytes, without control characters")
        }
        return actor
    }

    /// A positive number; nil when the option is not given.
    func count(_ option: String) throws(WrongUsage) -> Int? {
        guard let text = values[option] else { return nil }
        guard let count = Int(text), count > 0 else { throw WrongUsage("\(option) must be a positive integer") }
        return count
    }
}

/// The command line cannot be understood.
struct WrongUsage: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
