import Base
import EventLog
import Events
import Glibc
import HTTPClient
import HTTPMessages
import JSON
import Testing

@testable import Gateway

extension EndToEnd {
    /// The promises to clients that follow a product by its event stream.
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

        /// The state after a restore of an older log: the client gets the present product, and then the changes.
        @Test func whoHasSeenMoreThanThereIsBeginsAnew() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                async let followed = warelog.send(
                    .get, "/products/\(id)/events", headers: ["Last-Event-ID": "\(Int64(1) << 43 - 1)"])
                await warelog.processes.awaitLog(of: .gateway, "\"path\":\"/products/\(id)/events\"")
                _ = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":2}"#)
                _ = try await warelog.send(.delete, "/products/\(id)")
                #expect(try ServerSentEvent.all(in: try await followed.body).map(\.version) == [1, 2, 3])
            }
        }

        @Test func whatBelongsToAnotherLogIsRefusedAtOnce() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let key = SigningKey(Secret(getenv("SIGNING_KEY").map { String(cString: $0) } ?? ""))
                    .of(LogEpoch(topicIDs: ["another"]))
                let token = ConsistencyToken(.products, LogPosition(partition: 0, offset: 1 << 40)).text(key: key)
                for (method, path) in [
                    (HTTPMethod.get, "/products/\(id)"), (.get, "/products?user_id=1"), (.post, "/products"),
                    (.get, "/products/\(id)/events"),
                ] {
                    let answer = try await warelog.send(
                        method, path, method == .post ? "{}" : nil, headers: ["Consistency-Token": token])
                    #expect(answer.status == .badRequest)
                    #expect(answer.json?["type"]?.string == "urn:warelog:problem:invalid-consistency-token")
                    #expect(answer.json?["detail"]?.string?.contains("another log") == true)
                }
                let list = try ListQuery([("user_id", "1")], key: key).list
                let cursor = ListCursor(key: "2026-11-21 08:30:00+00", id: try #require(ProductID(1)))
                let page = try await warelog.send(
                    .get, "/products?user_id=1&cursor=\(cursor.text(of: list, key: key))")
                #expect(page.status == .badRequest)
                #expect(page.json?["errors"]?.elements.first?["code"]?.string == "other-log")
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
                // The stream began either before the image was finished or after it.
                if states.first == "1.0" { states.removeFirst() }
                #expect(states == ["1.1", "2.1", "3.1", "4.1", "5.1", "6.1"])
                #expect(
                    messages.map(\.id) == messages.map(\.id).sorted() && Set(messages.map(\.id)).count == messages.count
                )

                // The stream is read from the very beginning, from each message, and from the end.
                let whole = try await warelog.send(.get, "/products/\(id)/events", headers: ["Last-Event-ID": "0"])
                let resumed = try ServerSentEvent.all(in: whole.body)
                #expect(resumed.suffix(7).map(\.text) == messages.suffix(7).map(\.text))
                for (index, message) in messages.dropLast().enumerated() {
                    let rest = try await warelog.send(
                        .get, "/products/\(id)/events", headers: ["Last-Event-ID": "\(message.id)"])
                    #expect(try ServerSentEvent.all(in: rest.body).map(\.text) == messages[(index + 1)...].map(\.text))
                }
                #expect(stream.headers["X-Accel-Buffering"] == "no")
                #expect(stream.headers["Cache-Control"] == "no-store, no-transform")
                // A plain offset counts as an offset of this log.
                let plain = EventStreamID(number: messages[0].id).offset
                let rest = try await warelog.send(
                    .get, "/products/\(id)/events", headers: ["Last-Event-ID": "\(plain)"])
                #expect(try ServerSentEvent.all(in: rest.body).map(\.text) == messages[1...].map(\.text))
                let another = last.id ^ 1 << 43
                for (seen, status) in [
                    ("\(last.id)", HTTPStatus.notFound), ("x", .badRequest), ("-1", .badRequest),
                    ("\(another)", .badRequest),
                ] {
                    let answer = try await warelog.send(
                        .get, "/products/\(id)/events", headers: ["Last-Event-ID": seen])
                    #expect(answer.status == status)
                }
            }
        }
    }
}
