import EventLoop
import Glibc
import InternetAddress

/// One client's connection, from accept to close. For the loop's thread only.
final class Connection {
    /// The thing that the connection waits for, which decides how long it may wait.
    enum Clock {
        /// The head of a request. The connection has waited for this many seconds.
        case head(Int)
        /// The rest of a body.
        case body(Int)
        /// The rest of a body that nobody wants.
        case discarding(Int)
        /// Nothing from the client: its request is being handled, or its response is a stream.
        case stopped
        /// The client to read a response of this many bytes.
        case sending(Int, bytes: Int)
    }

    unowned let server: HTTPServer
    let id: UInt64
    let descriptor: Int32
    let address: IPAddress
    /// The present request. libmicrohttpd handles the requests of a connection one after the other.
    var exchange: Exchange?
    var clock = Clock.head(0)
    var served = 0
    /// The client has closed its side.
    var hasInputEnded = false
    /// Whether a copy of the descriptor lives on; see `LingeringClose`.
    var isLingering = false
    /// The connection's index among the server's connections.
    var index = 0

    init(server: HTTPServer, id: UInt64, descriptor: Int32, address: IPAddress) {
        self.server = server
        self.id = id
        self.descriptor = descriptor
        self.address = address
    }

    /// One second has passed. Returns whether the client's time is over.
    func tick(_ limits: Limits) -> Bool {
        switch clock {
        case .stopped: return false
        case .head(let seconds):
            clock = .head(seconds + 1)
            return seconds >= limits.head + (served > 0 ? limits.idle : 0)
        case .body(let seconds):
            guard let exchange, !exchange.isSuspended else { return false }
            clock = .body(seconds + 1)
            return seconds >= limits.transfer + exchange.requestBody.received / limits.rate
        case .discarding(let seconds):
            clock = .discarding(seconds + 1)
            return seconds >= 1
        case .sending(let seconds, let bytes):
            clock = .sending(seconds + 1, bytes: bytes)
            return seconds >= limits.transfer + bytes / limits.rate
        }
    }

    /// The client has closed its side, or has reset the connection.
    func hungUp(isReset: Bool) {
        hasInputEnded = true
        if isReset { exchange?.reset() } else { exchange?.inputEnded() }
    }

    /// The configuration's limits in whole seconds and in bytes per second.
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
