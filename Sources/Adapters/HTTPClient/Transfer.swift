import Base
import CLibcurl
import Glibc
import HTTPMessages
import InternetAddress

/// A request in flight, and the owner of its `CURL`. For the loop's thread only.
final class Transfer: @unchecked Sendable {
    typealias Outcome = Result<HTTPClientResponse, HTTPClientError>

    let request: HTTPClientRequest
    let url: HTTPURL
    private(set) var easy: UnsafeMutableRawPointer?
    /// Whether the transfer has finished, which may happen before it starts.
    private(set) var isOver = false
    private var continuation: CheckedContinuation<Outcome, Never>?
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var body: [UInt8] = []
    private var refused: IPAddress?
    private var hasTriedAllowed = false
    private var isTooLarge = false

    init(_ request: HTTPClientRequest, url: HTTPURL) {
        self.request = request
        self.url = url
    }

    deinit { release() }

    private func release() {
        if let easy { curl_easy_cleanup(easy) }
        easy = nil
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    /// Returns the handle with all its options set. Nil if that failed, after the continuation was resumed with the
    /// error.
    func prepare(
        _ configuration: HTTPClientConfiguration, _ continuation: CheckedContinuation<Outcome, Never>
    ) -> UnsafeMutableRawPointer? {
        self.continuation = continuation
        easy = curl_easy_init()
        guard let easy else {
            finish(.failure(.other(code: Int(CURLE_OUT_OF_MEMORY.rawValue), text: "out of memory")))
            return nil
        }
        do {
            try setOptions(easy, configuration)
            return easy
        } catch {
            finish(.failure(error))
            return nil
        }
    }

    /// libcurl has finished the transfer.
    func complete(_ code: CURLcode) {
        finish(code == CURLE_OK ? .success(response()) : .failure(error(code)))
    }

    /// Resumes the waiting task. The handle must have been removed from the `CURLM`.
    func finish(_ outcome: Outcome) {
        isOver = true
        release()
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    func own(_ list: UnsafeMutablePointer<curl_slist>) { lists.append(list) }

    // MARK: libcurl's callbacks

    /// Returns how many of the bytes were accepted. libcurl ends the transfer if they are fewer than all.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= request.maximumResponseBytes - body.count else {
            isTooLarge = true
            return 0
        }
        if body.isEmpty, let length = offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T), length > 0 {
            // The announced length is only a promise, so the reservation is bounded.
            body.reserveCapacity(min(length, request.maximumResponseBytes, 4 * 1024 * 1024))
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    func allows(_ address: IPAddress?) -> Bool {
        guard let allow = request.allowAddress else { return true }
        guard let address, allow(address) else {
            refused = address ?? .v6(0)
            return false
        }
        hasTriedAllowed = true
        return true
    }

    /// The connection may be one that another request made.
    func allowsInUse(_ address: IPAddress?) -> Bool {
        hasTriedAllowed = false
        return allows(address)
    }

    // MARK: the result

    private func response() -> HTTPClientResponse {
        let status = HTTPStatus(integer(CURLINFO_RESPONSE_CODE))
        let connect = Duration.microseconds(offset(CURLINFO_CONNECT_TIME_T) ?? 0)
        let firstByte = Duration.microseconds(offset(CURLINFO_STARTTRANSFER_TIME_T) ?? 0)
        let total = Duration.microseconds(offset(CURLINFO_TOTAL_TIME_T) ?? 0)
        return HTTPClientResponse(
            status: status, headers: headers(), body: body,
            redirectURL: status.isRedirect ? redirectURL() : nil,
            address: string(CURLINFO_PRIMARY_IP).flatMap(IPAddress.init)?.unmapped,
            times: HTTPClientResponse.Times(connect: connect, firstByte: firstByte, total: total))
    }

    /// Servers send spaces and bytes that are not ASCII in `Location`; they are percent-encoded, as browsers do.
    private func redirectURL() -> String? {
        var value: UnsafePointer<CChar>?
        guard shim_curl_get_string(easy, CURLINFO_REDIRECT_URL, &value) == CURLE_OK, let value else { return nil }
        var escaped = ""
        for byte in UnsafeBufferPointer(start: value, count: strlen(value)).map(UInt8.init(bitPattern:)) {
            if (0x21...0x7E).contains(byte) {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                escaped += "%" + Hexadecimal.text(CollectionOfOne(byte)).uppercased()
            }
        }
        return escaped
    }

    private func headers() -> HTTPHeaders {
        var headers = HTTPHeaders()
        var previous: UnsafeMutablePointer<curl_header>?
        while let header = curl_easy_nextheader(easy, shim_curl_header_origins, -1, previous) {
            headers.add(String(cString: header.pointee.name), String(cString: header.pointee.value))
            previous = header
        }
        return headers
    }

    private func error(_ code: CURLcode) -> HTTPClientError {
        if let refused, !hasTriedAllowed { return .addressRefused(refused) }
        switch code {
        case CURLE_URL_MALFORMAT: return .malformedURL
        // The URL's scheme was checked before, so this can only be an answer in HTTP/0.9.
        case CURLE_UNSUPPORTED_PROTOCOL: return .malformedResponse
        case CURLE_COULDNT_RESOLVE_HOST: return .dns
        case CURLE_COULDNT_CONNECT:
            let code = Int32(integer(CURLINFO_OS_ERRNO))
            return code == ECONNREFUSED ? .connectRefused : .connectFailed(code: code)
        case CURLE_OPERATION_TIMEDOUT: return timeout()
        case CURLE_FILESIZE_EXCEEDED: return .bodyTooLarge(limit: request.maximumResponseBytes)
        case CURLE_WRITE_ERROR where isTooLarge: return .bodyTooLarge(limit: request.maximumResponseBytes)
        case CURLE_PEER_FAILED_VERIFICATION: return .certificate
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER: return .tls
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR: return .connectionLost
        case CURLE_BAD_CONTENT_ENCODING where !Self.isDecoded(headers().values("Content-Encoding")):
            return .unknownContentEncoding
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_TOO_LARGE, CURLE_HTTP2:
            return .malformedResponse
        default: return .other(code: Int(code.rawValue), text: String(cString: curl_easy_strerror(code)))
        }
    }

    /// Whether libcurl knows all of these encodings.
    private static func isDecoded(_ encodings: [String]) -> Bool {
        let known = ["identity", "none", "gzip", "x-gzip", "deflate", "br", "zstd"]
        return encodings.joined(separator: ",").split(separator: ",").allSatisfy { encoding in
            known.contains(encoding.lowercased().filter { !$0.isWhitespace })
        }
    }

    private func timeout() -> HTTPClientError {
        // libcurl reports no time until there is a connection.
        if (offset(CURLINFO_PRETRANSFER_TIME_T) ?? 0) == 0 {
            return Duration.microseconds(offset(CURLINFO_TOTAL_TIME_T) ?? 0) < request.totalTimeout
                ? .connectTimeout : .timeout
        }
        let total = Duration.microseconds(offset(CURLINFO_TOTAL_TIME_T) ?? 0)
        return request.lowSpeed != nil && total < request.totalTimeout ? .tooSlow : .timeout
    }

    // MARK: libcurl's information

    private func integer(_ info: CURLINFO) -> Int {
        var value = 0
        return shim_curl_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }

    private func offset(_ info: CURLINFO) -> Int? {
        var value: curl_off_t = 0
        return shim_curl_get_offset(easy, info, &value) == CURLE_OK ? Int(value) : nil
    }

    private func string(_ info: CURLINFO) -> String? {
        var value: UnsafePointer<CChar>?
        guard shim_curl_get_string(easy, info, &value) == CURLE_OK else { return nil }
        return value.map { String(cString: $0) }
    }
}
