package import Base

/// Reads a process's settings, and collects the faults, so that one message lists them all.
package struct SettingsReader {
    private let settings: SettingValues
    private var faults: [String] = []

    package init(_ settings: SettingValues) { self.settings = settings }

    /// Returns the setting's value, or nil if it is not set.
    package func value(_ name: String) -> String? { settings[name] }

    /// Returns the setting's value or `fallback`. Without either, it is a fault.
    package mutating func string(_ name: String, default fallback: String? = nil) -> String {
        if let value = value(name) ?? fallback { return value }
        return fault(name, "is not set", "")
    }

    package mutating func secret(_ name: String, minimumLength: Int = 0) -> Secret {
        let value = string(name)
        if !value.isEmpty, value.count < minimumLength {
            return fault(name, "must have at least \(minimumLength) characters", Secret(value))
        }
        return Secret(value)
    }

    package mutating func integer(
        _ name: String, in range: ClosedRange<Int>, default fallback: Int? = nil
    ) -> Int {
        guard let text = value(name) else {
            if let fallback { return fallback }
            return fault(name, "is not set", range.lowerBound)
        }
        guard let number = Int(text), range.contains(number) else {
            return fault(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)", range.lowerBound)
        }
        return number
    }

    package mutating func port(_ name: String, default fallback: Int? = nil) -> Int {
        integer(name, in: 1...65_535, default: fallback)
    }

    package mutating func boolean(_ name: String, default fallback: Bool) -> Bool {
        switch value(name)?.lowercased() {
        case nil: fallback
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: fault(name, "must be true or false", fallback)
        }
    }

    /// Returns the enumeration's case that the setting names.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default fallback: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let text = value(name) else { return fallback }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            return fault(name, "must be one of \(words)", fallback)
        }
        return choice
    }

    /// Returns a setting of any other type. `parse` returns nil for a malformed value, and `expected` describes a valid
    /// one.
    package mutating func parsed<Value>(
        _ name: String, default fallback: Value, expected: String, _ parse: (String) -> Value?
    ) -> Value {
        guard let text = value(name) else { return fallback }
        return parse(text) ?? fault(name, "must be \(expected)", fallback)
    }

    /// Adds a fault of the setting `name`, which is named by its path where a file sets it, and returns `placeholder`.
    /// Never put a value into `problem`.
    @discardableResult
    package mutating func fault<Value>(_ name: String, _ problem: String, _ placeholder: Value) -> Value {
        faults.append("\(settings.place(name)) \(problem)")
        return placeholder
    }

    /// Throws if there were faults.
    package func finish() throws(InvalidSettings) {
        if !faults.isEmpty { throw InvalidSettings(faults: faults) }
    }
}

/// Settings that are missing or malformed.
package struct InvalidSettings: Error, CustomStringConvertible, Equatable {
    package let faults: [String]
    package var description: String { "invalid settings: \(faults.joined(separator: "; "))" }
}
