import JSON

/// One message of a stream of Server-Sent Events.
struct ServerSentEvent {
    let id: Int64
    let event: String
    let data: JSONValue
    let text: String

    var version: Int64 { data["version"]?.integer ?? 0 }

    static func all(in body: [UInt8]) throws -> [ServerSentEvent] {
        try String(decoding: body, as: UTF8.self).split(separator: "\n\n").map(String.init).compactMap { text in
            var fields: [Substring: Substring] = [:]
            for line in text.split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":") else { continue }
                fields[line[..<colon]] = line[line.index(after: colon)...].drop { $0 == " " }
            }
            guard let id = fields["id"].flatMap({ Int64($0) }), let event = fields["event"], let data = fields["data"]
            else {
                return nil
            }
            return ServerSentEvent(
                id: id, event: String(event), data: try JSONDocument(parsing: Array(data.utf8)).root, text: text)
        }
    }
}
