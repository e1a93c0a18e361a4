import EventLoop
import Glibc
import InternetAddress

/// One client's connection, from accept to close. Loop's thread only.
final class Connection {
    /// What the connection is waiting for, which decides how long it may.
    enum Clock {
        /// The head of a request, for so many seconds.
        case head(Int)
        /// The rest of a body.
        case body(Int)
        /// Nothing of the client's: its request is being handled or streamed to.
        case stopped
        /// The client to read a response of so many bytes.
        case sending(Int, bytes: Int)
    }

    unowned let server: HTTPServer
    let id: UInt64
    let descriptor: Int32
    let address: IPAddress
    /// libmicrohttpd handles one request of a connection after the other.
    var exchange: Exchange?
    var clock = Clock.head(0)
    var served = 0
    /// The client has closed its side, or all of it.
    var isHungUp = false
    /// A copy of the descriptor lives on, see `LingeringClose`.
    var isLingering = false
    /// Its place among the server's connections.
    var index = 0

    init(server: HTTPServer, id: UInt64, descriptor: Int32, address: IPAddress) {
        self.server = server
        self.id = id
        self.descriptor = descriptor
        self.address = address
    }

    /// One second has passed. Whether the client's time is up.
    func tick(_ limits: Limits) -> Bool {
        switch clock {
        case .stopped: return false
        case .head(let seconds):
            clock = .head(seconds + 1)
            return seconds >= limits.head + (served > 0 ? limits.idle : 0)
        case .body(let seconds):
            guard let exchange, !exchange.isSuspended else { return false }
            clock = .body(seconds + 1)
            return seconds >= limits.transfer + exchange.upload.received / limits.rate
        case .sending(let seconds, let bytes):
            clock = .sending(seconds + 1, bytes: bytes)
            return seconds >= limits.transfer + bytes / limits.rate
        }
    }

    /// The client has closed its side, or all of it.
    func hungUp() {
        isHungUp = true
        exchange?.peerHungUp()
    }

    /// Whole seconds and bytes per second.
    struct Limits {
        let idle: Int
        let head: Int
        let transfer: Int
        let rate: Int

        init(_ configuration: HTTPServerConfiguration) {
            idle = Int(clamping: (configuration.idleTimeout.wholeMilliseconds + 999) / 1000)
            head = Int(clamping: (configuration.headTimeout.wholeMilliseconds + 999) / 1000)
            transfer = Int(clamping: (configuration.transferTimeout.wholeMilliseconds + 999) / 1000)
            rate = max(configuration.minimumRate, 1)
        }
    }
}
