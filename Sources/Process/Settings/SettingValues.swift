/// The values of settings by their names, from the environment and from files.
package struct SettingValues: Sendable, ExpressibleByDictionaryLiteral {
    private(set) var values: [String: String] = [:]
    /// The place of each setting that a file names in its own way, such as `config.yaml: database.port`.
    private(set) var places: [String: String] = [:]

    package init(_ values: [String: String] = [:]) { self.values = values }

    package init(dictionaryLiteral elements: (String, String)...) {
        values = Dictionary(elements) { $1 }
    }

    /// The value; nil when there is none or it is empty, because that is what `NAME=` in a file means to most people.
    package subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The name under which the person who set it knows the setting.
    func place(_ name: String) -> String { places[name] ?? name }

    /// Takes over the values that are missing here.
    mutating func complete(_ others: SettingValues) {
        for name in others.values.keys { complete(name, others[name], place: others.place(name)) }
    }

    /// Sets `name` unless it has a value.
    mutating func complete(_ name: String, _ value: String?, place: String? = nil) {
        guard self[name] == nil, let value, !value.isEmpty else { return }
        set(name, value, place: place)
    }

    mutating func set(_ name: String, _ value: String, place: String? = nil) {
        values[name] = value
        places[name] = place
    }
}
