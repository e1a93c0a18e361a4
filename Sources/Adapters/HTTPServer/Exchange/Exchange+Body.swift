import EventLoop
import HTTPMessages

extension Exchange {
    /// A piece of the body is there. Returns how much of it was taken; nil closes the connection.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int? {
        defer { if connection.hasInputEnded, !isSuspended { lookAgain() } }
        let (limit, eager) = (server.configuration.maximumBodyBytes, server.configuration.eagerBodyBytes)
        let hasRoom = !requestBody.isFull && !requestBody.isOver
        switch machine.received(
            bytes.count, after: requestBody.received, limit: limit, eager: eager, hasRoom: hasRoom)
        {
        case .close: return nil
        case .refuse:
            sendOutside(server.configuration.refusal(.contentTooLarge, "The request's body is too large."))
            return nil
        case .collect: requestBody.collect(bytes)
        case .collectAndStart:
            requestBody.collect(bytes)
            start(.exchange(self))
        case .deliver: requestBody.put(bytes)
        case .hold:
            suspend()
            return 0
        case .holdTooLarge:
            requestBody.finish(.failure(.tooLarge(limit: limit)))
            suspend()
            return 0
        case .discard: break
        case .sendOutside:
            if let response = deferredResponse.take() { sendOutside(response) }
            return nil
        }
        return bytes.count
    }

    /// Returns the next piece of a streamed body, and nil after the last. Callable from any thread.
    func nextChunk() async throws(HTTPBodyError) -> [UInt8]? {
        let piece: RequestBodyBuffer.Piece = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                server.loop.onLoop { self.take(continuation, isCancelled) }
            }
        } onCancel: {
            server.loop.onLoop { self.requestBody.cancelWait() }
        }
        return try piece.get()
    }

    private func take(_ continuation: CheckedContinuation<RequestBodyBuffer.Piece, Never>, _ isCancelled: Bool) {
        if isCancelled { return continuation.resume(returning: .failure(.cancelled)) }
        if let piece = requestBody.take() {
            continuation.resume(returning: piece)
            if requestBody.isOver || requestBody.isFull { return }
        } else {
            requestBody.wait(continuation)
        }
        if isSuspended, machine.isBodyWanted { resume() }
    }
}
