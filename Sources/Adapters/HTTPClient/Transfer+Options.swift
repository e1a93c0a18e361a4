import Base
import CLibcurl
import EventLoop
import Glibc
import HTTPMessages
import InternetAddress

extension Transfer {
    func setOptions(_ easy: UnsafeMutableRawPointer, _ configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        let options = Options(easy: easy)
        try options.set(CURLOPT_URL, url.text)
        try options.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try options.set(CURLOPT_FOLLOWLOCATION, 0)
        try options.set(CURLOPT_NOSIGNAL, 1)
        // A transfer that ends during a name look-up leaves the resolver's thread to end by itself. Otherwise libcurl
        // would wait for it on the loop's thread, for as long as the resolver waits for a name server that does not
        // answer.
        try options.set(CURLOPT_QUICK_EXIT, 1)
        try options.set(CURLOPT_PROXY, "")  // no proxy, even if the environment names one
        try options.set(CURLOPT_NOPROXY, "*")
        try options.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED))
        try options.set(CURLOPT_USERAGENT, configuration.userAgent)
        // Requests no encoding, but decodes one that arrives, so that the limit applies to the decoded body.
        try options.set(CURLOPT_ACCEPT_ENCODING, "identity")
        if !request.decodesContent { try options.set(CURLOPT_HTTP_CONTENT_DECODING, 0) }
        if let file = configuration.certificateFile { try options.set(CURLOPT_CAINFO, file) }
        try setMethod(options)
        try setLimits(options)
        try setHeaders(options)
        try setNames(options, configuration)
        try setCallbacks(options)
        if let jar = request.cookies {
            try options.check(shim_curl_set_cookies(easy, UnsafeMutableRawPointer(jar.raw)))
        }
        if let signing = request.signing {
            try options.set(CURLOPT_AWS_SIGV4, "aws:amz:\(signing.region):\(signing.service)")
            try options.set(CURLOPT_USERNAME, signing.accessKey.revealed)
            try options.set(CURLOPT_PASSWORD, signing.secretKey.revealed)
        }
    }

    private func setMethod(_ options: Options) throws(HTTPClientError) {
        if let body = request.body ?? (request.method == .post ? [] : nil) {
            try options.check(shim_curl_set_offset(options.easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            if body.isEmpty {
                try options.set(CURLOPT_COPYPOSTFIELDS, "")
            } else {
                // libcurl does not copy the body. `request` never changes, so it keeps the array's allocation as long
                // as this transfer lives, and libcurl's handle does not outlive the transfer.
                let address = body.withUnsafeBytes { $0.baseAddress }
                try options.check(shim_curl_set_pointer(options.easy, CURLOPT_POSTFIELDS, address))
            }
            try options.set(CURLOPT_EXPECT_100_TIMEOUT_MS, 100)
        }
        switch request.method {
        case .get where request.body == nil: try options.set(CURLOPT_HTTPGET, 1)
        case .head: try options.set(CURLOPT_NOBODY, 1)
        case .post: break  // the body makes it a POST
        default: try options.set(CURLOPT_CUSTOMREQUEST, request.method.description)
        }
    }

    private func setLimits(_ options: Options) throws(HTTPClientError) {
        try options.set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
        try options.set(CURLOPT_TIMEOUT_MS, Self.milliseconds(request.totalTimeout))
        if let low = request.lowSpeed {
            try options.set(CURLOPT_LOW_SPEED_LIMIT, low.bytesPerSecond)
            try options.set(CURLOPT_LOW_SPEED_TIME, max(1, Self.milliseconds(low.duration) / 1000))
        }
        if request.method != .head {
            // Refuses a longer Content-Length at once. 0 would mean no limit.
            try options.check(
                shim_curl_set_offset(
                    options.easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(max(request.maximumResponseBytes, 1))))
        }
    }

    private func setHeaders(_ options: Options) throws(HTTPClientError) {
        var list: UnsafeMutablePointer<curl_slist>?
        defer { if let list { own(list) } }
        for field in request.headers.fields {
            guard !(field.name + field.value).utf8.contains(where: { $0 == 0x0a || $0 == 0x0d || $0 == 0 }) else {
                throw .other(
                    code: Int(CURLE_BAD_FUNCTION_ARGUMENT.rawValue), text: "a header field contains a line break")
            }
            // "Name:" would remove a field; "Name;" is libcurl's spelling of an empty one.
            let line = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
            list = try options.append(list, line)
        }
        if request.body != nil || request.method == .post, !request.headers.contains("Content-Type") {
            list = try options.append(list, "Content-Type: application/octet-stream")
        }
        try options.check(shim_curl_set_list(options.easy, CURLOPT_HTTPHEADER, list))
    }

    private func setNames(_ options: Options, _ configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        guard !configuration.fixedNames.isEmpty else { return }
        var list: UnsafeMutablePointer<curl_slist>?
        defer { if let list { own(list) } }
        for name in configuration.fixedNames {
            let addresses = name.addresses.map { if case .v4 = $0 { "\($0)" } else { "[\($0)]" } }
            list = try options.append(list, "\(name.host):\(name.port):\(addresses.joined(separator: ","))")
        }
        try options.check(shim_curl_set_list(options.easy, CURLOPT_RESOLVE, list))
    }

    private func setCallbacks(_ options: Options) throws(HTTPClientError) {
        // Unretained, because this object owns the handle that calls back.
        let me = Unmanaged.passUnretained(self).toOpaque()
        try options.check(
            shim_curl_set_write(
                options.easy,
                { data, size, count, context in
                    let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
                    return transfer.receive(UnsafeRawBufferPointer(start: data, count: size * count))
                }, me))
        guard request.allowAddress != nil else { return }
        try options.check(
            shim_curl_set_open_socket(
                options.easy,
                { context, _, address in
                    guard let context, let address else { return shim_curl_socket_bad }
                    let bytes = UnsafeRawBufferPointer(
                        start: shim_curl_sockaddr_bytes(address), count: Int(address.pointee.addrlen))
                    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                    guard transfer.allows(IPAddress(socketAddress: bytes)?.unmapped) else {
                        return shim_curl_socket_bad
                    }
                    return socket(
                        address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
                        address.pointee.protocol)
                }, me))
        try options.check(
            shim_curl_set_prerequest(
                options.easy,
                { context, primary, _, _, _ in
                    guard let context, let primary else { return CURL_PREREQFUNC_ABORT }
                    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                    let allowed = transfer.allowsInUse(IPAddress(String(cString: primary))?.unmapped)
                    return allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
                }, me))
    }

    /// At least 1, because 0 would mean no limit.
    private static func milliseconds(_ duration: Duration) -> Int { max(1, Int(clamping: duration.wholeMilliseconds)) }
}

/// Sets options of a handle, and checks each call.
private struct Options {
    let easy: UnsafeMutableRawPointer

    func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try check(shim_curl_set_long(easy, option, value))
    }

    /// libcurl copies the string.
    func set(_ option: CURLoption, _ value: String) throws(HTTPClientError) {
        try check(shim_curl_set_string(easy, option, value))
    }

    func append(
        _ list: UnsafeMutablePointer<curl_slist>?, _ line: String
    ) throws(HTTPClientError) -> UnsafeMutablePointer<curl_slist> {
        guard let longer = curl_slist_append(list, line) else {
            throw .other(code: Int(CURLE_OUT_OF_MEMORY.rawValue), text: "out of memory")
        }
        return longer
    }

    func check(_ code: CURLcode) throws(HTTPClientError) {
        guard code == CURLE_OK else {
            throw .other(code: Int(code.rawValue), text: String(cString: curl_easy_strerror(code)))
        }
    }
}
