import Synchronization

/// Holds the client until it is closed; from any thread.
final class ClientSlot: Sendable {
    private let client: Mutex<Client?>

    init(_ client: Client) { self.client = Mutex(client) }

    /// The client, to be held while it is used.
    func get(_ call: String) throws(KafkaError) -> Client {
        guard let client = client.withLock({ $0 }) else { throw .closed(call) }
        return client
    }

    /// The client for the last time; none the second time.
    func take() -> Client? { client.withLock { $0.take() } }
}
