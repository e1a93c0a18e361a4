package import EventLoop
package import Events
package import Kafka

/// Reads single records of the log by their positions: the past of one product, without that of the others.
///
/// It has one consumer and serves one request at a time, in the order of their arrival. It reads nothing ahead while
/// there is no request.
package final class LogReader: Sendable {
    /// The reason why records that the read model names cannot be read.
    package enum Failure: Error, Equatable {
        /// The log does not have the record any more, or it is of another product.
        case missing(LogPosition)
        /// Too many requests are waiting.
        case busy
        /// The log did not answer in time, or the reader has been stopped.
        case away
    }

    /// An event of a product, and the CloudEvents source that wrote it.
    package struct Entry: Sendable {
        package let recorded: Recorded<ProductEvent>
        package let source: String
    }

    private struct Request: Sendable {
        let product: ProductID
        let partition: Int32
        let offsets: [Int64]
        let deadline: ContinuousClock.Instant
        let reply: CheckedContinuation<Result<[Entry], any Error>, Never>
    }

    /// The greatest gap between two requested records that is read through; a wider gap is skipped by a new assignment.
    private static let gap: Int64 = 256
    private static let maximumWaiting = 256

    private let configuration: KafkaConfiguration
    private let loop: EventLoop
    private let deadline: Duration
    private let requests: AsyncStream<Request>
    private let queue: AsyncStream<Request>.Continuation

    /// `deadline` is the time that one request may take, its time in the queue included.
    package init(_ configuration: KafkaConfiguration, loop: EventLoop, deadline: Duration = .seconds(10)) {
        var configuration = configuration
        let bounds = [
            "queued.max.messages.kbytes": "1024", "max.partition.fetch.bytes": "262144",
            // The requested records exist. A fetch that waited for more at the end of the log would delay the next
            // request, because librdkafka sends one fetch at a time to a broker.
            "fetch.wait.max.ms": "2",
        ]
        configuration.extra.merge(bounds) { given, _ in given }
        self.configuration = configuration
        self.loop = loop
        self.deadline = deadline
        (requests, queue) = AsyncStream.makeStream(
            of: Request.self, bufferingPolicy: .bufferingOldest(Self.maximumWaiting))
    }

    /// The events of `product` at these ascending offsets. Ask for few at once, because other requests wait. Throws
    /// `Failure`, a `KafkaError`, or an `EventFault` for a record that cannot be read.
    package func events(of product: ProductID, partition: Int32, at offsets: [Int64]) async throws -> [Entry] {
        if offsets.isEmpty { return [] }
        let deadline = ContinuousClock.now + deadline
        let result = await withCheckedContinuation { reply in
            let request = Request(
                product: product, partition: partition, offsets: offsets, deadline: deadline, reply: reply)
            switch queue.yield(request) {
            case .enqueued: break
            case .dropped: reply.resume(returning: .failure(Failure.busy))
            default: reply.resume(returning: .failure(Failure.away))
            }
        }
        return try result.get()
    }

    /// Serves requests until `stop` is called. Must be called on the loop.
    package func run() async throws {
        // The consumer is not in a scope, because it lives from the first request until a request fails.
        var consumer: KafkaConsumer?
        for await request in requests {
            // While the log is unavailable, a request must not wait for the deadlines of earlier requests and then for
            // its own.
            let left = request.deadline - .now
            guard left > .zero else {
                request.reply.resume(returning: .failure(Failure.away))
                continue
            }
            do {
                let reader = try consumer ?? KafkaConsumer(configuration, group: nil, loop: loop)
                consumer = reader
                let events = try await loop.withDeadline(left) { try await Self.read(request, reader) }
                try reader.unassign()
                request.reply.resume(returning: .success(events))
            } catch {
                request.reply.resume(returning: .failure(error is DeadlineExceeded ? Failure.away : error))
                // The next request does not depend on the state that this consumer is in.
                await consumer?.close()
                consumer = nil
            }
        }
        await consumer?.close()
    }

    /// Ends `run` after the requests that wait now; later ones fail.
    package func stop() { queue.finish() }

    private static func read(_ request: Request, _ consumer: KafkaConsumer) async throws -> [Entry] {
        let partition = TopicPartition(topic: Topic.products.name, partition: request.partition)
        var events: [Entry] = []
        var wanted = request.offsets[...]
        var position = Int64.min
        while let next = wanted.first {
            if next - gap > position {
                try consumer.assign([partition: next])
                position = next
            }
            guard case .records(let records) = try await consumer.next(maximum: 256) else { continue }
            for record in records {
                guard record.topicPartition == partition, let offset = wanted.first, record.offset >= offset else {
                    continue
                }
                let event = try CloudEvent(record)
                guard record.offset == offset, case .product(let recorded) = try LogRecord(event, of: record),
                    recorded.event.productID == request.product
                else { throw Failure.missing(LogPosition(partition: request.partition, offset: offset)) }
                events.append(Entry(recorded: recorded, source: event.source))
                wanted = wanted.dropFirst()
            }
            position = (records.last?.offset ?? position) + 1
        }
        return events
    }
}
