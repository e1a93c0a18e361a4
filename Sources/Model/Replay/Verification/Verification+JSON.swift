import JSON
import Kafka
import ReadModel

extension Verification.Report {
    /// The report as it is stored and printed: the roots of every partition and the first rows that differ.
    package var json: String {
        String(
            decoding: JSONWriter.object { json in
                json.key("equal")
                json.boolean(isEqual)
                json.key("records")
                json.integer(records)
                json.key("rows")
                json.integer(rows)
                json.key("partitions")
                json.array(partitions) { json, roots in
                    json.object { json in
                        json.place(roots.partition)
                        json.key("next_offset")
                        json.integer(roots.offset)
                        json.key("root")
                        json.string(roots.readModel)
                        if !roots.isEqual {
                            json.key("root_of_log")
                            json.string(roots.log)
                        }
                    }
                }
                json.key("differences")
                json.array(differences) { json, difference in
                    json.object { json in
                        json.key("table")
                        json.string(difference.table.rawValue)
                        json.key("id")
                        json.integer(difference.id)
                        json.key("kind")
                        json.string(difference.kind.rawValue)
                        json.key("partition")
                        json.integer(difference.partition.partition)
                        json.key("event_offsets")
                        json.array(offsets(of: difference)) { $0.integer($1) }
                    }
                }
                json.key("quarantine")
                json.array(quarantine) { json, position in
                    json.object { json in
                        json.place(position.partition)
                        json.key("offset")
                        json.integer(position.offset)
                    }
                }
            }, as: UTF8.self)
    }

    /// The offsets of the events that touched the product.
    package func offsets(of difference: Verification.Difference) -> [Int64] {
        events.filter { $0.value == difference.id }.map(\.key.offset).sorted()
    }
}

extension JSONWriter {
    mutating func place(_ partition: TopicPartition) {
        key("topic")
        string(partition.topic)
        key("partition")
        integer(partition.partition)
    }
}
