import EventLog
import Events

/// The position of a write in the log. A read that sends the token sees that write or a later state.
struct ConsistencyToken: Equatable, Sendable {
    let topic: Topic
    let position: LogPosition

    init(_ topic: Topic, _ position: LogPosition) {
        self.topic = topic
        self.position = position
    }

    /// Nil if `text` was not sealed with this key.
    init?(_ text: String, key: SigningKey) {
        guard let bytes = key.open(.consistencyToken, text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 3, let topic = Topic(rawValue: String(parts[0])), let partition = Int32(parts[1]),
            let offset = Int64(parts[2])
        else { return nil }
        self.init(topic, LogPosition(partition: partition, offset: offset))
    }

    func text(key: SigningKey) -> String {
        key.seal(.consistencyToken, Array("\(topic.name) \(position.partition) \(position.offset)".utf8))
    }
}
