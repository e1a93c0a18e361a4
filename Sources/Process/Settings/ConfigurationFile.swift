import YAML

/// The settings of a `config.yaml`. A path of keys is the name of a setting: `kafka.brokers` is `KAFKA_BROKERS`, and so
/// is a key `kafka_brokers` outside of a section.
enum ConfigurationFile {
    static let name = "config.yaml"

    /// Sections, and keys within them, whose names differ from those in the setting's name.
    private static let sections = [
        "server": "", "database": "DB", "postgres": "DB", "images": "IMAGE", "queue": "QUEUE",
    ]
    private static let keys = [
        "DB_USERNAME": "DB_USER", "DB_DBNAME": "DB_NAME", "DB_DATABASE": "DB_NAME", "DB_SSL_MODE": "DB_SSLMODE",
        "S3_BUCKET": "S3_BUCKET_NAME", "S3_ACCESS_KEY_ID": "S3_ACCESS_KEY", "S3_SECRET_ACCESS_KEY": "S3_SECRET_KEY",
        "AWS_BUCKET": "S3_BUCKET_NAME", "AWS_BUCKET_NAME": "S3_BUCKET_NAME", "AWS_ENDPOINT": "S3_ENDPOINT",
        "KAFKA_HOST": "QUEUE_HOST", "KAFKA_PORT": "QUEUE_PORT",
    ]

    /// The values with their places; throws every fault at once.
    static func read(_ text: [UInt8]) throws(InvalidSettings) -> SettingValues {
        let document: YAMLValue?
        do {
            document = try YAMLDocument.parse(text)
        } catch {
            throw InvalidSettings(faults: ["\(name): \(error)"])
        }
        var reading = Reading()
        switch document {
        case .mapping(let members)?: reading.read(members, path: [])
        case nil: break
        default: reading.faults.append("\(name) must be a mapping")
        }
        guard reading.faults.isEmpty else { throw InvalidSettings(faults: reading.faults) }
        return reading.values
    }

    private struct Reading {
        var values = SettingValues()
        var faults: [String] = []

        mutating func read(_ members: [YAMLValue.Member], path: [String]) {
            for member in members {
                let path = path + [member.key]
                let place = "\(name): \(path.joined(separator: "."))"
                switch member.value {
                case .mapping(let members): read(members, path: path)
                case .scalar(let text): set(path, text, place)
                case .sequence(let elements):
                    let texts = elements.compactMap { if case .scalar(let text) = $0 { text } else { nil } }
                    guard texts.count == elements.count else {
                        faults.append("\(place) must be a list of texts")
                        continue
                    }
                    set(path, texts.joined(separator: ","), place)
                }
            }
        }

        private mutating func set(_ path: [String], _ text: String, _ place: String) {
            let words = path.enumerated().map { index, key in
                index == 0 && path.count > 1 ? sections[key] ?? key.uppercased() : key.uppercased()
            }
            let given = words.filter { !$0.isEmpty }.joined(separator: "_")
            let name = keys[given] ?? given
            guard SettingName.all.contains(name) || SettingValues.aliasNames.contains(name) else {
                faults.append("\(place) is not a setting")
                return
            }
            guard values[name] == nil else {
                faults.append("\(place) is set twice")
                return
            }
            values.complete(name, text, place: place)
        }
    }
}
