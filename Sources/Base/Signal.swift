/// Wakes one waiting task. Signals that are sent while the task is busy become one, because one look at the state that
/// they announce serves for all of them.
///
///     for await _ in signal { await work() }
package struct Signal: Sendable, AsyncSequence {
    package typealias Element = Void
    package typealias Failure = Never

    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Wakes the task that iterates, now or when it waits next. Callable from any thread; never suspends.
    package func send() { continuation.yield() }

    /// Ends the iteration once the pending signal is consumed.
    package func finish() { continuation.finish() }

    package func makeAsyncIterator() -> AsyncStream<Void>.Iterator { stream.makeAsyncIterator() }
}
