import CMicrohttpd
import Glibc

/// A connected, non-blocking socket that somebody owns.
struct Socket {
    let descriptor: Int32

    /// Sends what the kernel takes at once: how many bytes, or -1 and `errno`. Never a signal.
    func sendSome(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Whether bytes have come that nobody has read.
    var hasInput: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    // All calls that need constants which Swift finds in one of two C modules are here, beside both imports.

    /// Ends both directions: whoever reads from it meets the end of the stream.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// What has come can still be read; after it is the end of the stream.
    func endInput() { shutdown(descriptor, Int32(SHUT_RD)) }

    /// The other side reads what was sent, and then the end of the stream.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }
}
