import EventLoop
import Glibc

extension HTTPServer {
    /// Accepts no more connections, closes idle ones, lets requests in hand finish for at most `drain`, and then cancels
    /// them. Returns when the last response has gone or the time is over; `run` returns as soon as every handler has.
    package func stop(drain: Duration) async {
        await withCheckedContinuation { continuation in
            loop.onLoop {
                self.beginDrain(drain)
                if self.engine == nil || self.arrivals.isClosed {
                    continuation.resume()
                } else {
                    self.drainWaiters.append(continuation)
                }
            }
        }
    }

    /// Before `run` this closes the port for good.
    func beginDrain(_ limit: Duration) {
        if !isDraining {
            isDraining = true
            engine?.stopAccepting()
            listener.close()
            // A request that is already in the socket's buffer can still be read; after that the stream ends.
            for connection in connections where connection.exchange == nil {
                Socket(descriptor: connection.descriptor).endInput()
            }
            beginTurns()
        }
        guard let engine else { return arrivals.close() }
        engine.startDrainTimer(limit)
        exchangeEnded()
    }

    /// A response has gone, or its connection.
    func exchangeEnded() {
        guard isDraining, exchanges == 0 else { return }
        drained()
    }

    /// The time for it, and perhaps not the work.
    func drainIsOver() {
        if exchanges > 0 { log("requests that had not ended in time were given up: \(exchanges)") }
        drained()
    }

    /// Nothing is left, or nothing may be waited for any longer.
    func drained() {
        for connection in connections { connection.exchange?.task?.cancel() }
        arrivals.close()
        for waiter in drainWaiters { waiter.resume() }
        drainWaiters = []
    }

    /// When every handler has ended. What they answered last is given one more chance to go out.
    func tearDown() {
        guard let engine else { return }
        isDraining = true
        listener.close()
        for exchange in connections.compactMap(\.exchange) { exchange.resume() }
        turnsLeft = .max
        for _ in 0..<16 where needsTurn || engine.daemon.hasWorkLeft {
            turn()
        }
        drained()
        for linger in lingering { linger.end() }
        // libmicrohttpd allows no suspended connection at its end; a turn may have suspended some again.
        for exchange in connections.compactMap(\.exchange) { exchange.resume() }
        engine.close()
        self.engine = nil
    }
}
