import EventLoop
import Glibc
import HTTPMessages

extension HTTPServer {
    /// Accepts new connections, a bounded number at a time. The descriptor stays readable for the others.
    func acceptAll() {
        for _ in 0..<64 {
            switch listener.accept() {
            case .success(let accepted):
                admit(accepted)
            case .failure(let error):
                switch error.code {
                case EAGAIN: return
                case EINTR, ECONNABORTED: continue
                default:  // out of descriptors or memory: pause until the next second
                    log("cannot accept a connection: \(error)")
                    engine?.pauseAccepting()
                    return
                }
            }
        }
    }

    private func admit(_ accepted: ListeningSocket.Accepted) {
        switch configuration.connections.take(for: accepted.address) {
        case .exhausted:
            return turnAway(accepted, .serviceUnavailable, "The server has too many connections.")
        case .exhaustedByClient:
            return turnAway(accepted, .tooManyRequests, "There are too many connections from this address.")
        case nil: break
        }
        nextConnectionID += 1
        let connection = Connection(
            server: self, id: nextConnectionID, descriptor: accepted.descriptor, address: accepted.address)
        arriving = connection
        defer { arriving = nil }
        connection.index = connections.count
        connections.append(connection)
        connectionsByID[connection.id] = connection
        engine?.hangups.add(accepted.descriptor, id: connection.id)
        // If this fails, libmicrohttpd has closed the descriptor, and has called `closing` if it had announced the
        // connection.
        if engine?.daemon.add(accepted.descriptor) != true { forget(connection) }
        needsTurn = true
    }

    /// libmicrohttpd is about to close the connection.
    func closing(_ connection: Connection) {
        // The client is to read libmicrohttpd's own response to a head that it could not parse.
        if Socket(descriptor: connection.descriptor).hasInput { linger(connection, output: []) }
        forget(connection)
    }

    private func forget(_ connection: Connection) {
        guard connectionsByID.removeValue(forKey: connection.id) != nil else { return }
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        configuration.connections.giveBack(for: connection.address)
    }

    /// Sends one response and closes the connection.
    private func turnAway(_ accepted: ListeningSocket.Accepted, _ status: HTTPStatus, _ detail: String) {
        var response = configuration.refusal(status, detail)
        if response.headers["Retry-After"] == nil { response.headers["Retry-After"] = "1" }
        keepOpen(accepted.descriptor, output: WireResponse(response).bytes[...])
    }

    /// Keeps a connection that libmicrohttpd is about to close, as `LingeringClose` describes.
    func linger(_ connection: Connection, output: ArraySlice<UInt8>) {
        guard !connection.isLingering else { return }
        connection.isLingering = true
        let copy = fcntl(connection.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return }
        engine?.hangups.remove(connection.descriptor)
        keepOpen(copy, output: output)
    }

    private func keepOpen(_ descriptor: Int32, output: ArraySlice<UInt8>) {
        // A bound on the cost of connections that are turned away. Beyond it, they get what the socket takes at once.
        guard lingering.count < 128, engine != nil else {
            _ = Socket(descriptor: descriptor).sendSome(output)
            close(descriptor)
            return
        }
        do {
            lingering.append(
                try LingeringClose(on: loop, descriptor, output: output) { [unowned self] ended in
                    lingering.removeAll { $0 === ended }
                })
        } catch {
            log("cannot watch a closing connection: \(error)")
        }
    }

    /// The client's time is over. libmicrohttpd meets the end of the stream, and closes.
    private func expire(_ connection: Connection) {
        guard let exchange = connection.exchange else { return Socket(descriptor: connection.descriptor).end() }
        exchange.expire()
    }

    /// One second has passed.
    func tick() {
        if !isDraining { engine?.resumeAccepting() }
        for connection in connections where connection.tick(limits) { expire(connection) }
        for linger in lingering { linger.tick() }
        beginTurns()  // libmicrohttpd's own timeouts
    }
}
