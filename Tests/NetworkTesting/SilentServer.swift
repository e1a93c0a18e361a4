import Glibc
import InternetAddress

/// A server on this machine's IPv4 loopback address that listens and never sends anything. The kernel accepts.
package final class SilentServer: Sendable {
    package let port: Int
    private let descriptor: Int32

    package init() throws {
        descriptor = try IPAddress.v4(0x7F00_0001).boundSocket(SOCK_STREAM, port: 0)
        guard listen(descriptor, 16) == 0 else { throw RawConnectionError(call: "listen", code: errno) }
        port = try Int(IPAddress.port(of: descriptor))
    }

    deinit { close(descriptor) }
}
