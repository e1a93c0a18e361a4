import HTTPMessages

extension Exchange {
    /// A piece of the body is there. How much of it was taken; nil closes the connection.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int? {
        defer { if connection.isHungUp, !isSuspended { lookAgain() } }
        guard !answer.mustClose else { return nil }
        let limit = server.configuration.maximumBodyBytes
        let isTooLarge = bytes.count > limit - upload.received
        switch phase {
        case .collecting:
            if isTooLarge {
                sendOutside(server.configuration.refusal(.contentTooLarge, "The request's body is too large."))
                return nil
            }
            upload.collect(bytes)
            if head?.isChunked == true, upload.received > server.configuration.eagerBodyBytes {
                phase = .streaming
                start(.exchange(self))
            }
            return bytes.count
        case .streaming:
            if answer.hasDeferred { return isTooLarge ? nil : bytes.count }  // thrown away
            if isTooLarge { upload.finish(.failure(.tooLarge(limit: limit))) }
            if isTooLarge || upload.isFull || upload.isOver {
                suspend()
                return 0
            }
            upload.put(bytes)
            return bytes.count
        case .head, .offered, .complete:
            return nil  // there is no body to come
        }
    }

    /// The next piece of a streamed body, nil after the last. From any thread.
    func nextChunk() async throws(HTTPBodyError) -> [UInt8]? {
        let piece: Upload.Piece = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                server.loop.onLoop { self.take(continuation, isCancelled) }
            }
        } onCancel: {
            server.loop.onLoop { self.upload.cancelWait() }
        }
        return try piece.get()
    }

    private func take(_ continuation: CheckedContinuation<Upload.Piece, Never>, _ isCancelled: Bool) {
        if isCancelled { return continuation.resume(returning: .failure(.cancelled)) }
        if let piece = upload.take() {
            continuation.resume(returning: piece)
            if upload.isOver || upload.isFull { return }
        } else {
            upload.wait(continuation)
        }
        if isSuspended, phase == .offered || phase == .streaming { resume() }
    }
}
