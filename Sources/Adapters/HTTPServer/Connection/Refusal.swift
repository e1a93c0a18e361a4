import CMicrohttpd
import CMicrohttpdRefusals
import HTTPMessages

/// The responses to requests that libmicrohttpd cannot read, in the form of all other responses.
enum Refusal {
    /// Replaces libmicrohttpd's own pages in the whole process. A second call changes nothing.
    static func useOurs() { refusals_set { Refusal.make($0, $1) } }

    private static func make(_ handle: UnsafeMutableRawPointer?, _ status: UInt32) -> UnsafeMutableRawPointer? {
        guard let handle, let context = shim_mhd_socket_context(OpaquePointer(handle)) else { return nil }
        let server = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().server
        let response = server.configuration.refusal(HTTPStatus(Int(status)), detail(status))
        guard case .bytes(let bytes) = response.body,
            let raw = MHD_create_response_from_buffer_copy(bytes.count, bytes)
        else { return nil }
        for field in WireResponse.fields(of: response) {
            // The refusal is sent even without the field; adding it fails only if memory runs out.
            _ = MHD_add_response_header(raw, field.name, field.value)
        }
        return UnsafeMutableRawPointer(raw)
    }

    private static func detail(_ status: UInt32) -> String {
        switch status {
        case 413: "The request's body is too large."
        case 414: "The request target is too long."
        case 431: "The request's head is too large."
        case 505: "The version of HTTP is neither 1.0 nor 1.1."
        case 500...: "The request cannot be served."
        default: "The request is not valid HTTP."
        }
    }
}
