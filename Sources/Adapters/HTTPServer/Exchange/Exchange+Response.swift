import CMicrohttpd
import CMicrohttpdRefusals
import HTTPMessages

extension Exchange {
    /// Sends the handler's response, in the way that the state of the request leaves open.
    func respond(_ response: HTTPResponse) {
        guard handle != nil else { return }
        let isStream = if case .stream = response.body { true } else { false }
        carryOut(machine.answered(isStream: isStream, received: requestBody.received), response)
    }

    func carryOut(_ action: ExchangeStateMachine.Answering, _ response: HTTPResponse) {
        switch action {
        case .none: break
        case .send: queue(response)
        case .discard:
            deferredResponse = response
            requestBody.finish(.failure(.cancelled))
            if case .stream = response.body {} else { connection.clock = .discarding(0) }
            resume()
        case .sendOutside:
            sendOutside(response)
            resume()
        }
    }

    /// Queues the response with libmicrohttpd.
    func queue(_ response: HTTPResponse) {
        guard let handle else { return }
        guard let raw = make(response) else {
            machine.failed()
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
            machine.failed()
        }
        resume()
    }

    /// Answers in the middle of a body, on the socket itself. The connection is closed after it.
    func sendOutside(_ response: HTTPResponse) {
        // A stream's producer hands its bytes to libmicrohttpd, which takes none any more.
        if case .stream = response.body { return }
        let bytes = WireResponse(response).bytes
        connection.clock = .sending(0, bytes: bytes.count)
        let sent = Socket(descriptor: connection.descriptor).sendSome(bytes[...])
        unsent = bytes[max(sent, 0)...]  // when the socket is broken, so is the rest's way
    }

    /// The client's time is over.
    func expire() {
        let socket = Socket(descriptor: connection.descriptor)
        switch machine.expired() {
        case .cut: return socket.end()
        case .refuse:
            sendOutside(server.configuration.refusal(.requestTimeout, "The request did not come in time."))
        case .sendOutside:
            if let response = deferredResponse.take() { sendOutside(response) }
        }
        // libmicrohttpd meets the end of the stream, and closes.
        socket.endInput()
    }

    private func make(_ response: HTTPResponse) -> OpaquePointer? {
        let raw: OpaquePointer?
        switch response.body {
        case .none where response.status == .notModified:
            // The field would be the length of the 200 (RFC 9110 section 8.6), which nobody knows here.
            raw = shim_mhd_bodyless()
        case .none: raw = MHD_create_response_from_buffer_static(0, nil)
        case .bytes(let bytes): raw = Self.make(bytes)
        case .stream: raw = makeStream()
        }
        guard let raw else {
            server.log("libmicrohttpd cannot allocate a response")
            return nil
        }
        for field in WireResponse.fields(of: response) {
            // libmicrohttpd refuses line breaks and empty values. No response is sent with a field missing.
            guard MHD_add_response_header(raw, field.name, field.value) == shim_mhd_yes else {
                server.log("the response's field \(field.name) cannot be sent")
                MHD_destroy_response(raw)
                return nil
            }
        }
        if server.isDraining, MHD_add_response_header(raw, "Connection", "close") != shim_mhd_yes {
            server.log("libmicrohttpd cannot allocate a header field")  // the connection is closed all the same
        }
        return raw
    }

    /// Up to this size, a copy is cheaper than an owner.
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

/// Keeps the bytes of a response in their place until libmicrohttpd has sent them.
private final class BodyOwner {
    private let bytes: [UInt8]
    let address: UnsafeRawPointer?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // The elements of an array of bytes lie in one allocation, which lives as long as the array. It moves only when
        // the array changes, and `bytes` never changes. (`withUnsafeBytes` promises its pointer for the closure only.)
        address = bytes.withUnsafeBytes { $0.baseAddress }
    }
}
