import EventLoop
import Glibc
import HTTPMessages

extension HTTPServer {
    /// Takes what has connected, a bounded number at once: the descriptor stays readable for the rest.
    func acceptAll() {
        for _ in 0..<64 {
            switch listener.accept() {
            case .success(let accepted):
                admit(accepted)
            case .failure(let error):
                switch error.code {
                case EAGAIN: return
                case EINTR, ECONNABORTED: continue
                default:  // out of descriptors or memory: until the next second
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
            return turnAway(accepted, .serviceUnavailable, "The server has as many connections as it can serve.")
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
        // When this fails libmicrohttpd has closed the descriptor, and told `closing` if it had told of the connection.
        if engine?.daemon.add(accepted.descriptor) != true { forget(connection) }
        needsTurn = true
    }

    /// libmicrohttpd is about to close the connection.
    func closing(_ connection: Connection) {
        // What libmicrohttpd has answered by itself, to a head it could not read, is to be read in spite of that.
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

    /// One answer, and the end.
    private func turnAway(_ accepted: ListeningSocket.Accepted, _ status: HTTPStatus, _ detail: String) {
        var response = configuration.refusal(status, detail)
        if response.headers["Retry-After"] == nil { response.headers["Retry-After"] = "1" }
        keepOpen(accepted.descriptor, output: WireResponse(response).bytes[...])
    }

    /// Goes on with a connection that libmicrohttpd is about to close.
    func linger(_ connection: Connection, output: ArraySlice<UInt8>) {
        guard !connection.isLingering else { return }
        connection.isLingering = true
        let copy = fcntl(connection.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return }
        engine?.hangups.remove(connection.descriptor)
        keepOpen(copy, output: output)
    }

    private func keepOpen(_ descriptor: Int32, output: ArraySlice<UInt8>) {
        // A bound on what those who are turned away may cost; past it they get what the socket takes at once.
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

    /// The client's time is up. libmicrohttpd meets the end of the stream, and closes.
    private func expire(_ connection: Connection) {
        let socket = Socket(descriptor: connection.descriptor)
        guard let exchange = connection.exchange, exchange.isAwaitingClient else { return socket.end() }
        exchange.sendOutside(configuration.refusal(.requestTimeout, "The request did not come in time."))
        socket.endInput()
    }

    /// One second has passed.
    func tick() {
        if !isDraining { engine?.resumeAccepting() }
        for connection in connections where connection.tick(limits) { expire(connection) }
        for linger in lingering { linger.tick() }
        beginTurns()  // libmicrohttpd's own timeouts
    }
}
