import EventLog
import Events
import JSON
import Kafka

/// A record of the log as one line of text or JSON. The line of a record that is not an event says why.
struct TailLine: Sendable {
    private let record: KafkaRecord
    private let event: Result<CloudEvent, EventFault>

    init(_ record: KafkaRecord) {
        self.record = record
        event = Result { () throws(EventFault) in
            let event = try CloudEvent(record)
            _ = try LogRecord(event, of: record)
            return event
        }
    }

    /// Nil for a record that is not an event, or has an unknown type.
    var type: EventType? { try? event.get().type }  // the line says what is wrong

    private var place: String {
        "\(record.topicPartition.topic)/\(record.topicPartition.partition)@\(record.offset)"
    }

    var text: String {
        switch event {
        case .success(let event):
            let command = event.metadata.command.map { " command \(HistoryText.printable($0.text))" } ?? ""
            let data = HistoryText.short(String(decoding: event.data, as: UTF8.self))
            let subject =
                "\(event.type == .userRegistered ? "user" : "product") \(HistoryText.printable(event.subject))"
            return "\(event.metadata.time)  \(place)  \(event.type.shortName)  \(subject)\(command)  \(data)"
        case .failure(let fault):
            let time = Timestamp(milliseconds: max(0, record.timestamp))
            let key = HistoryText.short(record.keyText)
            return "\(time)  \(place)  cannot be read: \(HistoryText.short("\(fault)"))  key \(key)"
        }
    }

    var json: String {
        let object = JSONWriter.object { json in
            json.member("topic", record.topicPartition.topic)
            json.member("partition", record.topicPartition.partition)
            json.member("offset", record.offset)
            switch event {
            case .success(let event):
                json.member("time", event.metadata.time.description)
                json.member("type", event.type.name)
                json.member("subject", event.subject)
                json.member("event_id", event.metadata.id.text)
                json.member("command_id", event.metadata.command?.text)
                json.member("source", event.source)
                json.member("actor", event.metadata.actor)
                // The data has been read as JSON, and may span lines.
                json.key("data")
                json.raw(event.data.filter { $0 != 0x0A && $0 != 0x0D })
            case .failure(let fault):
                json.member("time", Timestamp(milliseconds: max(0, record.timestamp)).description)
                json.member("key", record.keyText)
                json.member("fault", "\(fault)")
            }
        }
        return String(decoding: object, as: UTF8.self)
    }
}
