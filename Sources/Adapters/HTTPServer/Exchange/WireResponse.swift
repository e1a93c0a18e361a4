import CMicrohttpd
import HTTPMessages

/// The bytes of a response that does not go through libmicrohttpd. The connection is closed after it.
struct WireResponse {
    let bytes: [UInt8]

    init(_ response: HTTPResponse) {
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        let reason = MHD_get_reason_phrase_for(UInt32(clamping: response.status.code)).map { String(cString: $0) } ?? ""
        var head = "HTTP/1.1 \(response.status.code) \(reason)\r\n"
        for field in response.headers.fields where !Self.isReserved(field.name) && Self.isSafe(field) {
            head += "\(field.name): \(field.value)\r\n"
        }
        head += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        bytes = Array(head.utf8) + body
    }

    /// Whether a field says how the message is framed, which only its sender knows.
    static func isReserved(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: name.lowercased() == "date"
        case 14: name.lowercased() == "content-length"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }

    private static func isSafe(_ field: HTTPHeaders.Field) -> Bool {
        !(field.name + field.value).utf8.contains { $0 == 0x0d || $0 == 0x0a || $0 == 0 }
    }
}
