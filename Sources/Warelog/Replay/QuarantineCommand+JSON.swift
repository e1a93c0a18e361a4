import JSON
import Kafka
import ReadModel
import Replay

/// The objects that `warelog quarantine --json` prints.
extension QuarantineCommand {
    static func json(_ entry: Quarantine.Entry, _ record: KafkaRecord? = nil) -> String {
        JSONWriter.text { json in
            json.write(entry)
            guard let record else { return }
            json.key("headers")
            json.array(record.headers) { json, header in
                json.object { json in
                    json.member("name", header.name)
                    json.member("value", text(header.value))
                }
            }
            json.member("value", text(record.value))
        }
    }

    static func json(_ outcome: RefoldOutcome, isDryRun: Bool) -> String {
        JSONWriter.text { json in
            json.member("topic", outcome.entity.partition.topic)
            json.member("partition", outcome.entity.partition.partition)
            json.member("key", outcome.entity.key)
            json.member("dry_run", isDryRun)
            switch outcome.result {
            case .folded(let result):
                json.member("folded", result.folded)
                json.key("left")
                json.array(result.left) { json, entry in json.object { $0.write(entry) } }
            case .failed(let reason): json.member("error", reason)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ entry: Quarantine.Entry) {
        member("position", entry.place)
        member("key", entry.key)
        member("reason", entry.reason)
    }
}
