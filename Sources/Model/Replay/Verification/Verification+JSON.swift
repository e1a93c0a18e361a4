import JSON
import Kafka
import ReadModel

extension Verification.Report {
    /// The report as it is stored and printed: the roots of every partition and the first rows that differ.
    package var json: String {
        JSONWriter.text { json in
            json.member("equal", isEqual)
            json.member("records", records)
            json.member("rows", rows)
            json.key("partitions")
            json.array(partitions) { json, roots in
                json.object { json in
                    json.place(roots.partition)
                    json.member("next_offset", roots.offset)
                    json.member("root", roots.readModel)
                    if !roots.isEqual {
                        json.member("root_of_log", roots.log)
                    }
                }
            }
            json.key("differences")
            json.array(differences) { json, difference in
                json.object { json in
                    json.member("table", difference.table.rawValue)
                    json.member("id", difference.id)
                    json.member("kind", difference.kind.rawValue)
                    json.member("partition", difference.partition.partition)
                    json.key("event_offsets")
                    json.array(offsets(of: difference)) { $0.integer($1) }
                }
            }
            json.key("quarantine")
            json.array(quarantine) { json, position in
                json.object { json in
                    json.place(position.partition)
                    json.member("offset", position.offset)
                }
            }
        }
    }

    /// The offsets of the events that touched the product.
    package func offsets(of difference: Verification.Difference) -> [Int64] {
        events.filter { $0.value == difference.id }.map(\.key.offset).sorted()
    }
}

extension JSONWriter {
    mutating func place(_ partition: TopicPartition) {
        member("topic", partition.topic)
        member("partition", partition.partition)
    }
}
