import CMicrohttpd
import CMicrohttpdRefusals
import HTTPMessages

extension Exchange {
    /// Sends the handler's answer, by the way that the state of the request leaves open.
    func respond(_ response: HTTPResponse) {
        guard handle != nil, !answer.isGiven else { return }
        guard phase == .streaming else {
            answer.leavesInput = phase == .offered
            return send(response)
        }
        // In the middle of a body libmicrohttpd takes no response.
        if case .stream = response.body {
            answer.isGiven = true
            answer.defer(response)
            upload.finish(.failure(.cancelled))
        } else {
            sendOutside(response)
        }
        resume()
    }

    /// Queues the response with libmicrohttpd.
    func send(_ response: HTTPResponse) {
        guard let handle else { return }
        answer.isGiven = true
        guard let raw = make(response) else {
            answer.mustClose = true
            return resume()
        }
        defer { MHD_destroy_response(raw) }  // the queue has its own reference
        switch response.body {
        case .none: connection.clock = .sending(0, bytes: 0)
        case .bytes(let bytes): connection.clock = .sending(0, bytes: bytes.count)
        case .stream: connection.clock = .stopped
        }
        let status = UInt32(clamping: response.status.code)
        if !refusals_queue_response(UnsafeMutableRawPointer(handle), status, UnsafeMutableRawPointer(raw)) {
            server.log("MHD_queue_response refused a response of status \(response.status)")
            answer.mustClose = true
        }
        resume()
    }

    /// Answers in the middle of a body, on the socket itself; the connection is closed after it.
    func sendOutside(_ response: HTTPResponse) {
        answer.isGiven = true
        answer.mustClose = true
        answer.leavesInput = true
        let bytes = WireResponse(response).bytes
        connection.clock = .sending(0, bytes: bytes.count)
        let sent = Socket(descriptor: connection.descriptor).sendSome(bytes[...])
        answer.unsent = bytes[max(sent, 0)...]
    }

    private func make(_ response: HTTPResponse) -> OpaquePointer? {
        let raw: OpaquePointer?
        switch response.body {
        case .none: raw = MHD_create_response_from_buffer_static(0, nil)
        case .bytes(let bytes): raw = Self.make(bytes)
        case .stream: raw = makeStream()
        }
        guard let raw else {
            server.log("libmicrohttpd made no response: out of memory")
            return nil
        }
        for field in response.headers.fields where !WireResponse.isReserved(field.name) {
            // libmicrohttpd refuses line breaks and empty values; nothing is sent with a field missing.
            guard MHD_add_response_header(raw, field.name, field.value) == shim_mhd_yes else {
                server.log("a response's field \(field.name) cannot be sent")
                MHD_destroy_response(raw)
                return nil
            }
        }
        if server.isDraining { MHD_add_response_header(raw, "Connection", "close") }
        return raw
    }

    /// Below this a copy is cheaper than an owner.
    private static let copied = 512

    private static func make(_ bytes: [UInt8]) -> OpaquePointer? {
        if bytes.count <= copied { return MHD_create_response_from_buffer_copy(bytes.count, bytes) }
        let owner = BodyOwner(bytes)
        let retained = Unmanaged.passRetained(owner)  // released by the callback
        let raw = MHD_create_response_from_buffer_with_free_callback_cls(
            bytes.count, owner.address, { Unmanaged<BodyOwner>.fromOpaque($0!).release() }, retained.toOpaque())
        if raw == nil { retained.release() }
        return raw
    }
}

/// Keeps a response's bytes where they are until libmicrohttpd has sent them.
private final class BodyOwner {
    private let bytes: [UInt8]
    let address: UnsafeRawPointer?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // The elements of an array of bytes lie in one allocation, which lives as long as the array and moves only when
        // it is changed: `bytes` never is. (`withUnsafeBytes` promises its pointer for the closure only.)
        address = bytes.withUnsafeBytes { $0.baseAddress }
    }
}
