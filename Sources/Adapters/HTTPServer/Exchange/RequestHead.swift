import CMicrohttpd
import HTTPMessages

/// The method and header fields of a request as libmicrohttpd has parsed them, and what they say about the body.
struct RequestHead {
    let method: HTTPMethod
    private(set) var headers = HTTPHeaders()
    /// The target, once it has been parsed.
    var target: RequestTarget?
    private(set) var isChunked = false
    private var lengths = 0
    private var contentLength: Int?
    private var encodings = 0
    private var hosts = 0
    private var isHostValid = true
    private var areNamesValid = true
    /// The client waits for leave before it sends the body.
    private(set) var expectsContinue = false

    /// The declared length: 0 without a body, nil for one in chunks.
    var bodyLength: Int? { isChunked ? nil : contentLength ?? 0 }

    /// The reason why it is not certain where the request ends, as a constant sentence. Nil when it is certain.
    var framingFault: String? {
        // Two answers to where a request ends are how one is smuggled in (RFC 9112 section 6.3). libmicrohttpd itself
        // refuses a length beside a transfer encoding, and lengths that are no numbers.
        if !areNamesValid { return "The name of a header field is not valid." }
        if lengths > 1 || encodings > 1 || lengths + encodings > 1 { return "The request's framing is ambiguous." }
        if lengths == 1, contentLength == nil { return "Content-Length is not a number." }
        return nil
    }

    /// A constant sentence about another fault of the head. Nil when there is none.
    var fault: String? {
        // RFC 9112 section 3.2. libmicrohttpd itself refuses a request without any.
        if hosts > 1 { return "There is more than one Host field." }
        if !isHostValid { return "The Host field is not a host with an optional port." }
        return nil
    }

    init(_ connection: OpaquePointer, method: UnsafePointer<CChar>) {
        self.method = HTTPMethod(String(cString: method))
        headers.reserveCapacity(12)
        withUnsafeMutablePointer(to: &self) { head in
            _ = shim_mhd_each_header(
                connection,
                { context, _, name, nameSize, value, valueSize in
                    let head = context!.assumingMemoryBound(to: RequestHead.self)
                    head.pointee.add(
                        UnsafeRawBufferPointer(start: name, count: nameSize),
                        UnsafeRawBufferPointer(start: value, count: valueSize))
                    return shim_mhd_yes
                }, head)
        }
    }

    private mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard let name = String(validating: name, as: UTF8.self) else {
            areNamesValid = false
            return
        }
        let value = Self.text(value)
        switch name.utf8.count {
        case 4 where name.lowercased() == "host":
            hosts += 1
            isHostValid = Authority.isValid(value.utf8)
        case 6 where name.lowercased() == "expect": expectsContinue = true
        case 14 where name.lowercased() == "content-length":
            lengths += 1
            if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { contentLength = Int(value) }
        case 17 where name.lowercased() == "transfer-encoding":
            encodings += 1
            isChunked = true
        default: break
        }
        headers.add(name, value)
    }

    /// A field's value is opaque (RFC 9110 section 5.5). Bytes that are not UTF-8 are read as ISO 8859-1, which the
    /// field values of HTTP/1.1 once were.
    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}
