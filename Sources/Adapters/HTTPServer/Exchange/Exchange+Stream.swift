import CMicrohttpd
import EventLoop
import Glibc

extension Exchange {
    /// Runs the producer of a streamed body to its end. In the request's task, on the loop.
    func run(_ stream: HTTPResponseStream) async {
        do {
            try await stream.produce(HTTPResponseWriter(exchange: self))
            responseBody.end(.ended)
        } catch {
            // A cancelled producer has no client left. After any other error, the client sees a cut connection.
            if handle != nil, !(error is CancellationError) { server.log("a streamed response failed: \(error)") }
            responseBody.end(.failed)
        }
        resume()
    }

    /// See `HTTPResponseWriter`. Callable from any thread.
    func write(_ bytes: [UInt8]) async throws {
        let room: ResponseBodyBuffer.Room = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                server.loop.onLoop { self.put(bytes, continuation, isCancelled) }
            }
        } onCancel: {
            server.loop.onLoop { self.responseBody.cancelWait() }
        }
        try room.get()
    }

    private func put(
        _ bytes: [UInt8], _ continuation: CheckedContinuation<ResponseBodyBuffer.Room, Never>, _ isCancelled: Bool
    ) {
        guard !isCancelled, handle != nil, responseBody.state == .open else {
            return continuation.resume(returning: .failure(CancellationError()))
        }
        responseBody.put(bytes)
        if responseBody.isFull { responseBody.wait(continuation) } else { continuation.resume(returning: .success(())) }
        resume()
    }

    /// libmicrohttpd wants more of the body. Returns how much there was, or libmicrohttpd's code for the end.
    private func fetch(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        if !responseBody.isEmpty { return responseBody.fill(buffer) }
        switch responseBody.state {
        case .ended: return -1  // MHD_CONTENT_READER_END_OF_STREAM
        case .failed:
            // MHD_CONTENT_READER_END_WITH_ERROR would keep the closed connection until its idle timeout (seen with
            // 1.0.1 and epoll). An attempt to write to a closed stream ends it properly.
            Socket(descriptor: connection.descriptor).end()
            buffer[0] = 0
            return 1
        case .open:
            suspend()  // "returning zero should only be used in conjunction with MHD_suspend_connection()"
            return 0
        }
    }

    func makeStream() -> OpaquePointer? {
        let retained = Unmanaged.passRetained(self)  // released by the last callback
        let raw = MHD_create_response_from_callback(
            UInt64.max,  // MHD_SIZE_UNKNOWN
            16 * 1024,
            { context, _, buffer, capacity in
                let exchange = Unmanaged<Exchange>.fromOpaque(context!).takeUnretainedValue()
                return exchange.fetch(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
            }, retained.toOpaque(), { Unmanaged<Exchange>.fromOpaque($0!).release() })
        if raw == nil { retained.release() }
        return raw
    }
}
