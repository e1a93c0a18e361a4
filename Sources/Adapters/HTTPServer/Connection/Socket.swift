import CMicrohttpd
import Glibc

/// A connected, non-blocking socket. Somebody else owns it.
struct Socket {
    let descriptor: Int32

    /// Sends what the kernel takes at once. Returns how many bytes, or -1 and sets `errno`. Never raises a signal.
    func sendSome(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Whether there are bytes that nobody has read.
    var hasInput: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    // The calls that need constants from both C modules are here, beside both imports. shutdown(2) fails only if the
    // connection is gone already.

    /// Ends both directions. A reader on either side meets the end of the stream.
    func end() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Ends the input: after the bytes that have come, this side meets the end of the stream.
    func endInput() { _ = shutdown(descriptor, Int32(SHUT_RD)) }

    /// Ends the output: after the bytes that were sent, the other side meets the end of the stream.
    func endOutput() { _ = shutdown(descriptor, Int32(SHUT_WR)) }
}
