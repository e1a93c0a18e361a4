import HTTPMessages

extension HTTPClient {
    /// Fetches `url` and follows redirects. The same rules apply to each redirect as to the first URL. Cookies go from
    /// one hop to the next, because some hosts redirect until they get theirs back, and are then forgotten.
    ///
    /// `now` is in seconds since 1970. It is needed for a `Retry-After` that is a date.
    package func download(
        _ url: String, _ policy: Download.Policy = Download.Policy(), now: Int
    ) async throws(DownloadError) -> Download {
        let deadline = ContinuousClock.now + policy.totalTimeout
        let cookies = CookieJar()
        var hop = try Self.check(url, after: nil)
        for redirects in 0...max(policy.maximumRedirects, 0) {
            let response = try await fetch(hop, policy, cookies, until: deadline)
            guard response.status.isRedirect else {
                guard response.status.isSuccess else {
                    throw .status(response.status, retryAfter: response.retryAfter(now: now))
                }
                return Download(
                    body: response.body, headers: response.headers, url: hop, address: response.address,
                    redirects: redirects)
            }
            guard let next = response.redirectURL else { throw .redirectWithoutLocation }
            hop = try Self.check(next, after: hop)
        }
        throw .tooManyRedirects(limit: policy.maximumRedirects)
    }

    private func fetch(
        _ hop: HTTPURL, _ policy: Download.Policy, _ cookies: CookieJar?, until deadline: ContinuousClock.Instant
    ) async throws(DownloadError) -> HTTPClientResponse {
        do {
            return try await fetch(hop, policy, cookies, decodesContent: true, until: deadline)
        } catch let error where error == .transfer(.unknownContentEncoding) {
            // Origins misuse the header (`aws-chunked`, `UTF-8`, `binary`). Browsers then take the body as it is.
            return try await fetch(hop, policy, cookies, decodesContent: false, until: deadline)
        }
    }

    private func fetch(
        _ hop: HTTPURL, _ policy: Download.Policy, _ cookies: CookieJar?, decodesContent: Bool,
        until deadline: ContinuousClock.Instant
    ) async throws(DownloadError) -> HTTPClientResponse {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw .transfer(.timeout) }
        var request = HTTPClientRequest(.get, hop.text, headers: policy.headers)
        request.connectTimeout = min(policy.connectTimeout, left)
        request.totalTimeout = left
        request.lowSpeed = policy.lowSpeed
        request.maximumResponseBytes = policy.maximumBytes
        request.allowAddress = policy.allowAddress
        request.decodesContent = decodesContent
        request.cookies = cookies
        do {
            return try await send(request)
        } catch {
            throw .transfer(error)
        }
    }

    /// Checks a URL by the rules for any URL, and by the rules for a redirect if there is a `previous` one.
    static func check(_ text: String, after previous: HTTPURL?) throws(DownloadError) -> HTTPURL {
        let url: HTTPURL
        do {
            url = try HTTPURL(text)
        } catch {
            throw .transfer(error)
        }
        if url.hasUserinfo { throw .userinfo }
        if previous?.scheme == .https, url.scheme == .http { throw .downgrade }
        return url
    }
}
