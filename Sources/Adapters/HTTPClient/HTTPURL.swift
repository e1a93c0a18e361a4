import CLibcurl
import InternetAddress

/// An absolute http or https URL in one form: whatever spelling browsers understand becomes the URL that they request
/// (URL Standard), in the characters of RFC 3986. libcurl parses it, so that the URL that is checked is the URL that is
/// requested.
package struct HTTPURL: Sendable, Equatable, CustomStringConvertible {
    package enum Scheme: String, Sendable { case http, https }

    package let scheme: Scheme
    /// The host in lower case and in ASCII (IDNA). An IPv4 address in any of `inet_aton`'s spellings is normalised to
    /// dotted decimal; an IPv6 address is in brackets.
    package let host: String
    package let port: UInt16
    package let hasUserinfo: Bool
    /// The whole URL, without `.` and `..` segments, without the scheme's default port and without a fragment.
    package let text: String
    private let fragment: String?

    package init(_ text: String) throws(HTTPClientError) {
        let address = try AddressText(text)
        guard let parts = Parts(),
            parts.set(CURLUPART_URL, "\(address.scheme.rawValue)://\(address.authority)\(address.target)"),
            // The ASCII form of a host may be an IPv4 address, which libcurl recognises when it parses it.
            let ascii = parts.asciiURL, parts.set(CURLUPART_URL, ascii), parts[CURLUPART_ZONEID] == nil,
            let host = parts[CURLUPART_HOST].flatMap(Self.normalised), parts.set(CURLUPART_HOST, host),
            let port = parts.port(default: address.scheme == .http ? 80 : 443), let whole = parts[CURLUPART_URL]
        else { throw .malformedURL }
        scheme = address.scheme
        self.host = host
        self.port = port
        hasUserinfo = parts[CURLUPART_USER] != nil || parts[CURLUPART_PASSWORD] != nil
        self.text = whole
        fragment = address.fragment
    }

    /// The whole URL with its fragment.
    package var serialised: String { fragment.map { "\(text)#\($0)" } ?? text }

    /// The URL without the parts that may be secret: user name, password, path and query.
    package var description: String {
        "\(scheme.rawValue)://\(host):\(port)\(text.contains("?") || hasUserinfo ? "/…" : "")"
    }

    /// Nil for a host that no domain has, or that ends like an IPv4 address but is none (URL Standard, section 3.5).
    private static func normalised(_ host: String) -> String? {
        if host.hasPrefix("[") { return IPAddress(String(host.dropFirst().dropLast())).map { "[\($0)]" } }
        let last = host.split(separator: ".").last?.lowercased() ?? ""
        let digits = last.hasPrefix("0x") ? last.dropFirst(2) : last[...]
        let isNumber = digits.allSatisfy { last.hasPrefix("0x") ? $0.isHexDigit : $0.isNumber }
        guard !host.isEmpty, host.utf8.allSatisfy(isOfDomains), !isNumber || IPAddress(host) != nil else { return nil }
        return host.lowercased()
    }

    private static func isOfDomains(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default: return "-._~".utf8.contains(byte)
        }
    }
}

/// Owner of a `CURLU`.
private final class Parts {
    let raw: OpaquePointer

    init?() {
        guard let raw = curl_url() else { return nil }
        self.raw = raw
    }

    deinit { curl_url_cleanup(raw) }

    func set(_ part: CURLUPart, _ text: String) -> Bool { curl_url_set(raw, part, text, 0) == CURLUE_OK }

    subscript(part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let flags = UInt32(CURLU_NO_DEFAULT_PORT | CURLU_GET_EMPTY)
        return Self.take(curl_url_get(raw, part, &text, flags), text)
    }

    /// The whole URL, with the ASCII form of an internationalised host.
    var asciiURL: String? {
        var text: UnsafeMutablePointer<CChar>?
        return Self.take(shim_curl_url_get_ascii(raw, &text), text)
    }

    private static func take(_ code: CURLUcode, _ text: UnsafeMutablePointer<CChar>?) -> String? {
        guard code == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }  // "must be freed with curl_free"
        return String(cString: text)
    }

    func port(default standard: UInt16) -> UInt16? {
        guard let text = self[CURLUPART_PORT] else { return standard }
        return UInt16(text)
    }
}
