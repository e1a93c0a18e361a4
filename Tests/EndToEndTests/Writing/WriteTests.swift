import EventLoop
import HTTPClient
import HTTPMessages
import JSON
import Postgres
import Testing

extension EndToEnd {
    /// The promises to clients of the REST API about their writes.
    @Suite struct WriteTests {
        private static func name() -> String { "w\(UInt64.random(in: 0 ... .max))" }

        @Test func anEntityTagIsTheSameWhereverTheProductIsSeen() throws {
            try Environment.run { warelog in
                let name = Self.name()
                let created = try await warelog.create(name: name, images: ["other.jpg"])
                #expect(created.headers["ETag"] == "\"1.0\"")
                let id = try created.id
                _ = try await warelog.finished(id)
                // An image that was finished meanwhile does not fail a person's save.
                let replaced = try await warelog.send(
                    .patch, "/products/\(id)", #"{"product_price":2}"#, headers: ["If-Match": "\"1.0\""])
                #expect(replaced.status == .ok)
                let tag = try #require(replaced.headers["ETag"])
                #expect(tag == "\"2.1\"")
                let token: HTTPHeaders = ["Consistency-Token": replaced.headers["Consistency-Token"] ?? ""]
                var seen: [String?] = []
                for _ in 1...3 {
                    let read = try await warelog.send(.get, "/products/\(id)", headers: token)
                    seen.append(read.headers["ETag"])
                    #expect(read.data?["version"]?.integer == 2 && read.data?["media_revision"]?.integer == 1)
                }
                #expect(seen == [tag, tag, tag])
                let listed = try await warelog.send(.get, "/products?user_id=1&product_name=\(name)", headers: token)
                let item = listed.data?.elements.first
                #expect("\"\(item?["version"]?.integer ?? 0).\(item?["media_revision"]?.integer ?? 0)\"" == tag)
                let fresh = try await warelog.send(.get, "/products/\(id)", headers: ["If-None-Match": tag])
                #expect(fresh.status == .notModified && fresh.body.isEmpty && fresh.headers["ETag"] == tag)
                let stale = try await warelog.send(.get, "/products/\(id)", headers: ["If-None-Match": "\"1.1\""])
                #expect(stale.status == .ok)
                let lost = try await warelog.send(
                    .put, "/products/\(id)", #"{"product_name":"x","product_price":1}"#,
                    headers: ["If-Match": "\"1.1\""])
                #expect(lost.status == .preconditionFailed)
                #expect(lost.json?["current_version"]?.integer == 2 && lost.headers["ETag"] == tag)
            }
        }

        @Test func whatIsThereAlreadyMakesNoEvent() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let document = try await warelog.send(.get, "/products/\(id)")
                let before = try await warelog.logEnds()
                let same =
                    #"{"product_name":"Sample Product","product_description":"as in the README","product_price":1.00}"#
                for (method, body) in [(HTTPMethod.put, same), (.patch, "{}"), (.patch, same)] {
                    let answer = try await warelog.send(method, "/products/\(id)", body)
                    #expect(answer.status == .ok && answer.headers["ETag"] == "\"1.0\"")
                    #expect(answer.data?["updated_at"]?.string == document.data?["updated_at"]?.string)
                }
                #expect(try await warelog.logEnds() == before)
            }
        }

        @Test func aRequestWithItsKeyTakesEffectOnce() throws {
            try Environment.run { warelog in
                try await warelog.processes.start(.secondGateway, awaiting: "\"message\":\"serving\"")
                let name = Self.name()
                func create(
                    _ key: String, _ price: Int = 1, to gateway: Processes.Name = .gateway, as who: String? = nil
                )
                    async throws -> HTTPClientResponse
                {
                    var headers: HTTPHeaders = ["Idempotency-Key": key, "Prefer": "wait=30"]
                    headers["Authorization"] = who
                    return try await warelog.send(
                        .post, "/products", #"{"user_id":1,"product_name":"\#(name)","product_price":\#(price)}"#,
                        headers: headers, to: gateway)
                }
                // Ten requests are in flight at once, through both gateways.
                let answers = try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
                    for number in 0..<10 {
                        group.addTask {
                            try await create(name, to: number.isMultiple(of: 2) ? .gateway : .secondGateway)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.allSatisfy { $0.status == .created })
                #expect(Set(answers.map { String(decoding: $0.body, as: UTF8.self) }).count == 1)
                #expect(answers.count { $0.headers["Idempotency-Replayed"] == nil } == 1)
                #expect(try await warelog.count(named: name) == 1)

                let other = try await create(name, 2)
                #expect(other.status == .unprocessableContent)
                #expect(other.json?["type"]?.string == "urn:warelog:problem:idempotency-key-reused")
                #expect(try await create(name, as: "Bearer somebody").status == .created)
                #expect(try await warelog.count(named: name) == 2, "keys are each principal's own")

                // Each key is repeated on every other write, and on another gateway than the first time.
                let id = try answers[0].id
                let calls: [(HTTPMethod, String, String?)] = [
                    (.put, "/products/\(id)", #"{"product_name":"\#(name)","product_price":7}"#),
                    (.patch, "/products/\(id)", #"{"product_price":8}"#), (.patch, "/products/\(id)", "{}"),
                    (.post, "/users", #"{"name":"\#(name)"}"#), (.delete, "/products/\(id)", nil),
                ]
                for (number, (method, path, body)) in calls.enumerated() {
                    let headers: HTTPHeaders = ["Idempotency-Key": "\(name)-\(number)", "Prefer": "wait=30"]
                    let first = try await warelog.send(method, path, body, headers: headers)
                    #expect((200..<300).contains(first.status.code))
                    let again = try await warelog.send(method, path, body, headers: headers, to: .secondGateway)
                    #expect(again.status == first.status && again.body == first.body, "\(method) \(path)")
                    #expect(again.headers["Idempotency-Replayed"] == "true")
                    for header in ["ETag", "Location", "Consistency-Token", "Content-Type"] {
                        #expect(again.headers[header] == first.headers[header], "\(header) of \(method) \(path)")
                    }
                }
                // A deleted product stays deleted, and is answered as before.
                let late = try await warelog.send(
                    .patch, "/products/\(id)", #"{"product_price":8}"#, headers: ["Idempotency-Key": "\(name)-1"])
                #expect(late.status == .ok && late.data?["product_price"]?.number == "8")
                #expect(try await warelog.send(.get, "/products/\(id)").status == .notFound)
            }
        }

        @Test func aRefusedRequestDoesNotBurnItsKey() throws {
            try Environment.run { warelog in
                let name = Self.name()
                let id = try await warelog.create().id
                let headers: HTTPHeaders = ["Idempotency-Key": name, "If-Match": "\"2.0\"", "Prefer": "wait=30"]
                func save() async throws -> HTTPClientResponse {
                    try await warelog.send(.patch, "/products/\(id)", #"{"product_name":"\#(name)"}"#, headers: headers)
                }
                #expect(try await save().status == .preconditionFailed, "version 2 is still to come")
                _ = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":5}"#)
                let saved = try await save()
                #expect(saved.status == .ok && saved.data?["version"]?.integer == 3)
                #expect(try await save().headers["Idempotency-Replayed"] == "true")
                #expect(try await warelog.send(.get, "/products/\(id)").data?["version"]?.integer == 3)
            }
        }

        @Test func whoDoesNotWaitIsToldWhereToLook() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let later: HTTPHeaders = ["Prefer": "respond-async", "If-Match": "\"9.0\""]
                let refused = try await warelog.send(.patch, "/products/\(id)", #"{"product_price":5}"#, headers: later)
                let accepted = try await warelog.send(
                    .patch, "/products/\(id)", #"{"product_price":6}"#, headers: ["Prefer": "respond-async"])
                var operations: [JSONValue?] = []
                for answer in [refused, accepted] {
                    #expect(answer.status == .accepted && answer.data?["status"]?.string == "pending")
                    #expect(answer.headers["Preference-Applied"] == "respond-async")
                    let location = try #require(answer.headers["Location"])
                    #expect(location == "/operations/\(answer.data?["id"]?.string ?? "")")
                    let token: HTTPHeaders = ["Consistency-Token": answer.headers["Consistency-Token"] ?? ""]
                    operations.append(try await warelog.send(.get, location, headers: token).data)
                }
                #expect(operations.map { $0?["status"]?.string } == ["refused", "accepted"])
                #expect(operations.map { $0?["resource"]?.string } == ["/products/\(id)", "/products/\(id)"])
                let problem = operations[0]?["problem"]
                #expect(problem?["type"]?.string == "urn:warelog:problem:precondition-failed")
                #expect(problem?["current_version"]?.integer == 1)
                for unknown in ["/operations/x", "/operations/0198c5d2-7a3e-8c41-9d0f-3b1f3f0f9f30"] {
                    #expect(try await warelog.send(.get, unknown).status == .notFound)
                }
            }
        }

        @Test func aTokenThatIsNotOursIsRefused() throws {
            try Environment.run { warelog in
                for token in ["x", "AAAAAAAAAAAAAAAAAAAAAHVzZXJzLmV2ZW50cyAwIDA", String(repeating: "A", count: 5000)] {
                    for path in ["/products/1", "/products?user_id=1", "/users/1"] {
                        let answer = try await warelog.send(.get, path, headers: ["Consistency-Token": token])
                        #expect(answer.status == .badRequest)
                        #expect(answer.json?["type"]?.string == "urn:warelog:problem:invalid-consistency-token")
                    }
                }
            }
        }

        @Test func aUserIsRegisteredAndShown() throws {
            try Environment.run { warelog in
                let registered = try await warelog.send(
                    .post, "/users", #"{"name":"Ann Ōno"}"#, headers: ["Prefer": "wait=30"])
                #expect(registered.status == .created)
                let location = try #require(registered.headers["Location"])
                let shown = try await warelog.send(.get, location)
                #expect(
                    shown.data?["name"]?.string == "Ann Ōno"
                        && shown.data?["id"]?.integer == registered.data?["id"]?.integer)
                let product =
                    #"{"user_id":\#(registered.data?["id"]?.integer ?? 0),"product_name":"x","product_price":1}"#
                #expect(try await warelog.send(.post, "/products", product).status == .created)
                for body in [
                    #"{"name":""}"#, "{\"name\":\"\(String(repeating: "n", count: 101))\"}", "{}", #"{"name":1}"#,
                ] {
                    let refused = try await warelog.send(.post, "/users", body)
                    #expect(refused.status == .unprocessableContent)
                    #expect(refused.json?["errors"]?.elements.first?["pointer"]?.string == "/name")
                }
                #expect(try await warelog.send(.get, "/users/9007199254740991").status == .notFound)
            }
        }

        @Test func whatIsDeletedIsGoneForEveryone() throws {
            try Environment.run { warelog in
                let name = Self.name()
                let created = try await warelog.create(name: name, images: ["held.jpg"])
                let id = try created.id
                await warelog.requests.awaitRequest(for: "held.jpg")
                let image = try #require(created.data?["images"]?.elements.first?["id"]?.string)
                let stale = try await warelog.send(.delete, "/products/\(id)", headers: ["If-Match": "\"5.0\""])
                #expect(stale.status == .preconditionFailed)
                let deleted = try await warelog.send(.delete, "/products/\(id)", headers: ["If-Match": "\"1.0\""])
                #expect(deleted.status == .noContent && deleted.body.isEmpty)
                let token: HTTPHeaders = ["Consistency-Token": deleted.headers["Consistency-Token"] ?? ""]
                #expect(try await warelog.send(.get, "/products/\(id)", headers: token).status == .notFound)
                let listed = try await warelog.send(.get, "/products?user_id=1&product_name=\(name)", headers: token)
                #expect(listed.data?.elements.isEmpty == true)
                for (method, path) in [
                    (HTTPMethod.delete, "/products/\(id)"), (.patch, "/products/\(id)"), (.put, "/products/\(id)"),
                    (.get, "/products/\(id)/images/\(image)"), (.delete, "/products/\(id)/images/\(image)"),
                    (.get, "/products/\(id)/events"),
                ] {
                    let body = [.put, .patch].contains(method) ? #"{"product_name":"x","product_price":1}"# : nil
                    #expect(try await warelog.send(method, path, body).status == .notFound, "\(method) \(path)")
                }
                // The compressor's answer comes too late, and changes nothing.
                let before = try await warelog.logEnds().values.reduce(0, +)
                warelog.requests.release()
                while try await warelog.logEnds().values.reduce(0, +) == before {
                    try await warelog.loop.sleep(for: .milliseconds(20))
                }
                try await warelog.caughtUp()
                let row = try await warelog.database.query(
                    "select version, media_revision, is_deleted from warelog.product_states where id = $1", [.int(id)]
                ).rows[0]
                #expect(try row.int("version") == 2 && row.int("media_revision") == 0 && row.bool("is_deleted"))
            }
        }

        @Test func oneImageCanBeTakenAway() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(images: ["other.jpg", "missing.jpg"]).id
                let images = try #require(try await warelog.finished(id)["images"]).elements
                let first = try #require(images[0]["id"]?.string)
                let status = try await warelog.send(.get, "/products/\(id)/images/\(first)")
                #expect(status.data?["status"]?.string == "compressed" && status.data?.full?["url"]?.string != nil)
                let removed = try await warelog.send(.delete, "/products/\(id)/images/\(first)")
                #expect(removed.status == .noContent)
                let token: HTTPHeaders = ["Consistency-Token": removed.headers["Consistency-Token"] ?? ""]
                let document = try await warelog.send(.get, "/products/\(id)", headers: token).data
                #expect(document?["images"]?.elements.map { $0["status"]?.string } == ["failed"])
                #expect(document?["compressed_product_images"]?.elements.isEmpty == true)
                #expect(document?["version"]?.integer == 2)
                #expect(try await warelog.send(.delete, "/products/\(id)/images/\(first)").status == .notFound)
            }
        }
    }
}
