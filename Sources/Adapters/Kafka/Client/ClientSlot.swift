import Synchronization

/// Holds a client until it is closed. Callable from any thread.
final class ClientSlot: Sendable {
    private let client: Mutex<Client?>

    init(_ client: Client) { self.client = Mutex(client) }

    /// Returns the client. Hold the reference while you use the client.
    func get(_ call: String) throws(KafkaError) -> Client {
        guard let client = client.withLock({ $0 }) else { throw .closed(call) }
        return client
    }

    /// Returns the client for the last time, and nil from the second call on.
    func take() -> Client? { client.withLock { $0.take() } }
}
