import HTTPClient
import HTTPMessages
import JSON
import Testing

extension EndToEnd {
    /// What a client is promised that follows a product by its stream of events.
    @Suite struct FollowTests {
        @Test func whoFollowsAProductIsLetGoWhenTheGatewayStops() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                async let followed = warelog.send(.get, "/products/\(id)/events")
                await warelog.processes.awaitLog(of: .gateway, "\"path\":\"/products/\(id)/events\"")
                await warelog.processes.stop(.gateway)
                #expect(try ServerSentEvent.all(in: try await followed.body).map(\.version) == [1])
                let log = String(decoding: warelog.processes.logs[.gateway] ?? [], as: UTF8.self)
                #expect(!log.contains("were given up"), "its end does not have to be waited for")
            }
        }

        @Test func whoFollowsAProductSeesEveryChange() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(images: ["other.jpg"]).id
                async let followed = warelog.send(.get, "/products/\(id)/events")
                _ = try await warelog.finished(id)
                for price in 1...5 {
                    _ = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":1\#(price)}"#)
                }
                _ = try await warelog.send(.delete, "/products/\(id)")  // ends the stream
                let stream = try await followed
                #expect(stream.status == .ok && stream.headers["Content-Type"] == "text/event-stream")
                let messages = try ServerSentEvent.all(in: stream.body)
                let last = try #require(messages.last)
                #expect(last.event == "deleted")
                var states = messages.dropLast().map { "\($0.version).\($0.data["media_revision"]?.integer ?? 0)" }
                // It began before the image was there, or after it.
                if states.first == "1.0" { states.removeFirst() }
                #expect(states == ["1.1", "2.1", "3.1", "4.1", "5.1", "6.1"])
                #expect(
                    messages.map(\.id) == messages.map(\.id).sorted() && Set(messages.map(\.id)).count == messages.count
                )

                // From the very beginning, from each message, and from the end.
                let whole = try await warelog.send(.get, "/products/\(id)/events", headers: ["Last-Event-ID": "0"])
                let resumed = try ServerSentEvent.all(in: whole.body)
                #expect(resumed.suffix(7).map(\.text) == messages.suffix(7).map(\.text))
                for (index, message) in messages.dropLast().enumerated() {
                    let rest = try await warelog.send(
                        .get, "/products/\(id)/events", headers: ["Last-Event-ID": "\(message.id)"])
                    #expect(try ServerSentEvent.all(in: rest.body).map(\.text) == messages[(index + 1)...].map(\.text))
                }
                for (seen, status) in [("\(last.id)", HTTPStatus.notFound), ("x", .badRequest), ("-1", .badRequest)] {
                    let answer = try await warelog.send(
                        .get, "/products/\(id)/events", headers: ["Last-Event-ID": seen])
                    #expect(answer.status == status)
                }
            }
        }
    }
}
