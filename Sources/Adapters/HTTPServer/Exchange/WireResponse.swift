import CMicrohttpd
import HTTPMessages

/// The bytes of a response that does not go through libmicrohttpd. The connection is closed after it.
struct WireResponse {
    let bytes: [UInt8]

    init(_ response: HTTPResponse) {
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        let reason = MHD_get_reason_phrase_for(UInt32(clamping: response.status.code)).map { String(cString: $0) } ?? ""
        var head = "HTTP/1.1 \(response.status.code) \(reason)\r\n"
        for field in Self.fields(of: response) where Self.isSafe(field) {
            head += "\(field.name): \(field.value)\r\n"
        }
        // 304 has no body, and the length would be that of the 200 (RFC 9110 section 8.6).
        if response.status != .notModified { head += "Content-Length: \(body.count)\r\n" }
        bytes = Array("\(head)Connection: close\r\n\r\n".utf8) + body
    }

    /// The fields that a response is sent with, without those of its framing. Browsers must not guess another media
    /// type than the stated one, whatever the response is.
    static func fields(of response: HTTPResponse) -> [HTTPHeaders.Field] {
        var headers = response.headers
        if !headers.contains(noSniff.name) { headers.add(noSniff.name, noSniff.value) }
        return headers.fields.filter { !isReserved($0.name) }
    }

    private static let noSniff = HTTPHeaders.Field(name: "X-Content-Type-Options", value: "nosniff")

    /// Whether a field says how the message is framed, which only its sender knows.
    private static func isReserved(_ name: String) -> Bool {
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
