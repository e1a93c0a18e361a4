import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: Database.isThere, Database.missing), .timeLimit(.minutes(20)))
struct ListenTests {
    @Test func notificationsArriveInTheOrderOfTheirCommits() throws {
        let configuration = try Database.configuration()
        try Database.withConnection { connection, loop in
            let channel = "Test \"\(UInt64.random(in: 0 ... .max))\""
            let listener = try await PostgresConnection.connect(configuration, loop: loop)
            defer { listener.close() }
            let notifications = try await listener.listen(channel)
            for number in 0..<100 {
                _ = try await connection.transaction([
                    .init("SELECT pg_notify($1, $2)", [.text(channel), .text(String(number))])
                ])
            }
            var payloads: [String] = []
            for await notification in notifications {
                #expect(notification.channel == channel)
                payloads.append(notification.payload)
                if payloads.count == 100 { break }
            }
            #expect(payloads == (0..<100).map(String.init))
        }
    }

    @Test func aTransactionThatIsRolledBackNotifiesNobody() throws {
        try Database.withConnection { connection, _ in
            let channel = "test_\(UInt64.random(in: 0 ... .max))"
            let notifications = try await connection.listen(channel)
            _ = try? await connection.transaction([.init("SELECT pg_notify($1, 'no')", [.text(channel)]), "SELECT 1/0"])
            _ = try await connection.query("SELECT pg_notify($1, 'yes')", [.text(channel)])
            var first = notifications.makeAsyncIterator()
            #expect(await first.next()?.payload == "yes")
        }
    }

    @Test func theStreamEndsWithTheConnection() throws {
        let configuration = try Database.configuration()
        try Database.withConnection { connection, loop in
            let listener = try await PostgresConnection.connect(configuration, loop: loop)
            let process = try await listener.query("SELECT pg_backend_pid()").rows[0].int(0)
            let notifications = try await listener.listen("something")
            _ = try await connection.query("SELECT pg_terminate_backend($1::int)", [.int(process)])
            for await _ in notifications {}
            #expect(!listener.isOpen)
        }
    }

    @Test func theStreamOfAReaderThatFallsBehindEndsInsteadOfHavingAGap() throws {
        try Database.withConnection { connection, _ in
            let channel = "test_\(UInt64.random(in: 0 ... .max))"
            let notifications = try await connection.listen(channel, bufferSize: 3)
            for number in 0..<10 {
                _ = try await connection.query("SELECT pg_notify($1, $2)", [.text(channel), .text(String(number))])
            }
            var payloads: [String] = []
            for await notification in notifications { payloads.append(notification.payload) }
            #expect(payloads == ["0", "1", "2"])
        }
    }
}
