import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct SubscriptionTests {
    @Test func aSubscriptionBeginsAgainAfterALostConnection() throws {
        let configuration = try Database.configuration()
        try Database.withConnection { connection, loop in
            let channel = "test_\(UInt64.random(in: 0 ... .max))"
            let (steps, step) = AsyncStream.makeStream(of: String.self)
            let subscription = PostgresSubscription(configuration, loop: loop, channel: channel)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) {
                    try await subscription.run { listener in
                        step.yield("begin \(try await listener.query("SELECT pg_backend_pid()").rows[0].int(0))")
                    } receive: { notification in
                        step.yield(notification.payload)
                    } lose: { error in
                        step.yield("lose \(error.kind)")
                    }
                }
                var next = steps.makeAsyncIterator()
                for round in ["first", "second"] {
                    let begin = try #require(await next.next())
                    #expect(begin.hasPrefix("begin "))
                    _ = try await connection.query("SELECT pg_notify($1, $2)", [.text(channel), .text(round)])
                    #expect(await next.next() == round)
                    let process = try #require(Int64(begin.dropFirst("begin ".count)))
                    _ = try await connection.query("SELECT pg_terminate_backend($1::int)", [.int(process)])
                    #expect(await next.next() == "lose connectionLost")
                }
                group.cancelAll()
            }
        }
    }
}
