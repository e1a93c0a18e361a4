import HTTPServer

extension HTTPRequest {
    /// The target of this request with another value for one parameter, which may not have been there: an absolute path
    /// and a query, percent-encoded (RFC 3986 section 2).
    func target(with name: String, _ value: String) -> String {
        let pairs = query.filter { $0.name != name } + [(name: name, value: value)]
        return path + "?" + pairs.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// All but the unreserved characters.
    private static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
            default: encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
