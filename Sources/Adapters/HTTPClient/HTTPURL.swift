import CLibcurl

/// An absolute http or https URL. libcurl parses it, so that the URL that is checked is the URL that is requested.
package struct HTTPURL: Sendable, Equatable, CustomStringConvertible {
    package enum Scheme: String, Sendable { case http, https }

    package let scheme: Scheme
    /// In lower case. An IPv4 address in any of `inet_aton`'s spellings is normalised to dotted decimal; an IPv6
    /// address is in brackets.
    package let host: String
    package let port: UInt16
    package let hasUserinfo: Bool
    /// The whole URL, without `.` and `..` segments and without a fragment.
    package let text: String

    package init(_ text: String) throws(HTTPClientError) {
        guard let parts = Parts(), !text.utf8.contains(0) else { throw .malformedURL }
        let code = curl_url_set(parts.raw, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard code == CURLUE_OK else { throw .malformedURL }
        guard let scheme = parts[CURLUPART_SCHEME]?.lowercased() else { throw .malformedURL }
        guard let scheme = Scheme(rawValue: scheme) else { throw .unsupportedScheme }
        guard curl_url_set(parts.raw, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK,
            let host = parts[CURLUPART_HOST]?.lowercased(), !host.isEmpty, parts[CURLUPART_ZONEID] == nil,
            let port = parts.port(default: scheme == .http ? 80 : 443), let whole = parts[CURLUPART_URL]
        else { throw .malformedURL }
        self.scheme = scheme
        self.host = host
        self.port = port
        hasUserinfo = parts[CURLUPART_USER] != nil || parts[CURLUPART_PASSWORD] != nil
        self.text = whole
    }

    /// The URL without the parts that may be secret: user name, password, path and query.
    package var description: String {
        "\(scheme.rawValue)://\(host):\(port)\(text.contains("?") || hasUserinfo ? "/…" : "")"
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

    subscript(part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(raw, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }  // "must be freed with curl_free"
        return String(cString: text)
    }

    func port(default standard: UInt16) -> UInt16? {
        guard let text = self[CURLUPART_PORT] else { return standard }
        return UInt16(text)
    }
}
