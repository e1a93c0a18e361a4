import CLibpq
import EventLoop

extension PostgresConnection {
    /// Listens to `channel`. Every notification that is committed after this returns reaches the stream.
    ///
    /// The stream has the notifications in the order of their commits and ends with the connection. It holds up to
    /// `bufferSize` of them. If its reader falls further behind, the stream ends, so that there is never a gap: the
    /// reader reads the tables and listens again, as after a lost connection.
    package func listen(
        _ channel: String, bufferSize: Int = 1024
    ) async throws(PostgresError) -> AsyncStream<PostgresNotification> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresNotification.self, bufferingPolicy: .bufferingOldest(bufferSize))
        let quoted = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        // Registered before the server is asked, because a notification may come with the answer.
        await onLoop { self.listeners.add(continuation, channel) }
        do throws(PostgresError) {
            _ = try await query("LISTEN \"\(quoted)\"")
        } catch {
            continuation.finish()
            throw error
        }
        return stream
    }

    private func onLoop(_ body: @escaping @Sendable () -> Void) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            loop.onLoop {
                body()
                continuation.resume()
            }
        }
    }
}

/// The streams of notifications of a connection, by channel. For the loop's thread only.
struct NotificationListeners {
    private var streams: [String: [AsyncStream<PostgresNotification>.Continuation]] = [:]

    mutating func add(_ stream: AsyncStream<PostgresNotification>.Continuation, _ channel: String) {
        streams[channel, default: []].append(stream)
    }

    mutating func deliver(_ notification: PostgresNotification) {
        streams[notification.channel]?.removeAll { stream in
            switch stream.yield(notification) {
            case .enqueued: return false
            case .dropped:  // the reader is too slow
                stream.finish()
                return true
            case .terminated: return true
            @unknown default: return false
            }
        }
    }

    mutating func finish() {
        for stream in streams.values.joined() { stream.finish() }
        streams = [:]
    }
}
