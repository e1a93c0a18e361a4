import JSON
import Kafka
import Replay

/// The members of `status --json` and `lag --json`.
extension JSONWriter {
    mutating func write(_ lags: [Status.PartitionLag]) {
        key("partitions")
        array(lags) { json, lag in
            json.object { json in
                json.member("topic", lag.partition.topic)
                json.member("partition", lag.partition.partition)
                json.member("end", lag.end)
                json.member("checkpoint", lag.checkpoint)
                json.member("lag", lag.lag)
                json.key("freshness_seconds")
                json.raw(Status.seconds(lag.freshness))
                json.member("owner", lag.owner)
            }
        }
    }

    mutating func write(_ facts: Status.Facts) {
        key("read_models")
        array(facts.generations) { json, generation in
            json.object { json in
                json.member("generation", generation.number)
                json.member("state", generation.state.rawValue)
                json.member("definition", generation.definition)
                json.member("phase", generation.phase)
                json.member("folded", generation.folded)
                json.member("total", generation.total)
                json.member("is_verified", generation.isVerified)
                json.member("started_at", generation.startedAt)
            }
        }
        key("rebuilding")
        write(holder: facts.rebuilder)
        key("redriving")
        write(holder: facts.redriver)
        member("quarantined", facts.quarantined)
        member("discarded", facts.discarded)
    }

    private mutating func write(holder: (name: String, since: String)?) {
        guard let holder else { return null() }
        object { json in
            json.member("holder", holder.name)
            json.member("since", holder.since)
        }
    }
}
