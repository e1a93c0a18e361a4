import CLibcurl

/// The cookies of the requests that share it, held in memory for as long as one of them does (RFC 6265). Owner of a
/// `CURLSH`; only requests of one client may share it, so that one thread uses it.
package final class CookieJar: @unchecked Sendable {
    let raw: OpaquePointer

    package init?() {
        guard let raw = shim_curl_share_cookies() else { return nil }
        self.raw = OpaquePointer(raw)
    }

    /// A transfer releases its handle before its request, and with it the jar.
    deinit { curl_share_cleanup(UnsafeMutableRawPointer(raw)) }
}
