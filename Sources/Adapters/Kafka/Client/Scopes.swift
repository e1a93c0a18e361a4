package import EventLoop

/// Opens a consumer for the time of `body`, and closes it however `body` ends. On the loop's thread.
package func withConsumer<Value>(
    _ configuration: KafkaConfiguration, group: String? = nil, instanceID: String? = nil, reportsEnds: Bool = false,
    loop: EventLoop, _ body: (KafkaConsumer) async throws -> Value
) async throws -> Value {
    let consumer = try KafkaConsumer(
        configuration, group: group, instanceID: instanceID, reportsEnds: reportsEnds, loop: loop)
    return try await closing(consumer, body)
}

/// Opens a producer for the time of `body`. However `body` ends, the producer delivers what it holds, for five seconds
/// at most, and is closed. On the loop's thread.
///
/// `onFatalError` is called when the producer can no longer append: an idempotent producer that lost its place in the
/// log never finds it again.
package func withProducer<Value>(
    _ configuration: KafkaConfiguration, loop: EventLoop, onFatalError: (@Sendable (KafkaError) -> Void)? = nil,
    _ body: (KafkaProducer) async throws -> Value
) async throws -> Value {
    var configuration = configuration
    if let onFatalError { configuration.onFatalError = onFatalError }
    let producer = try KafkaProducer(configuration, loop: loop)
    return try await closing(producer, body)
}

/// Opens an administrative client for the time of `body`, and closes it however `body` ends. Each request has this
/// timeout. On the loop's thread.
package func withAdmin<Value>(
    _ configuration: KafkaConfiguration, timeout: Duration = .seconds(10), loop: EventLoop,
    _ body: (KafkaAdmin) async throws -> Value
) async throws -> Value {
    let admin = try KafkaAdmin(configuration, timeout: timeout, loop: loop)
    return try await closing(admin, body)
}

/// A client of Kafka, which has to be closed.
private protocol Closable: Sendable {
    func finish() async
}

extension KafkaConsumer: Closable {
    fileprivate func finish() async { await close() }
}

extension KafkaProducer: Closable {
    fileprivate func finish() async {
        await flush(within: .seconds(5))
        await close()
    }
}

extension KafkaAdmin: Closable {
    fileprivate func finish() async { await close() }
}

private func closing<Client: Closable, Value>(
    _ client: Client, _ body: (Client) async throws -> Value
) async throws -> Value {
    do {
        let value = try await body(client)
        await client.finish()
        return value
    } catch {
        await client.finish()
        throw error
    }
}
