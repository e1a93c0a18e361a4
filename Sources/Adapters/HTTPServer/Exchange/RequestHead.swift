import CMicrohttpd
import HTTPMessages

/// A request's method and header fields as libmicrohttpd has parsed them, and what they say about the body.
struct RequestHead {
    let method: HTTPMethod
    private(set) var headers = HTTPHeaders()
    /// Set when the target has been parsed.
    var target: RequestTarget?
    private(set) var isChunked = false
    private var lengths = 0
    private var contentLength: Int?
    private var encodings = 0
    private var hosts = 0
    private var isUTF8 = true

    /// The declared length: 0 without a body, nil for one in chunks.
    var bodyLength: Int? { isChunked ? nil : contentLength ?? 0 }

    /// What is wrong with the head: a constant sentence.
    var fault: String? {
        if !isUTF8 { return "A header field is not UTF-8." }
        // Two answers to where a request ends are how one is smuggled in (RFC 9112 section 6.3). libmicrohttpd itself
        // refuses a length beside a transfer encoding, and lengths that are no numbers.
        if lengths > 1 || encodings > 1 || lengths + encodings > 1 { return "The request's framing is ambiguous." }
        if hosts > 1 { return "There is more than one Host field." }  // RFC 9112 section 3.2
        if lengths == 1, contentLength == nil { return "Content-Length is not a number." }
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
        guard let name = String(validating: name, as: UTF8.self), let value = String(validating: value, as: UTF8.self)
        else {
            isUTF8 = false
            return
        }
        switch name.utf8.count {
        case 4 where name.lowercased() == "host":
            hosts += 1
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
}
