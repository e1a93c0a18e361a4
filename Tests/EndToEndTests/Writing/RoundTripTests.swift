import HTTPClient
import HTTPMessages
import JSON
import Testing

extension EndToEnd {
    /// Clients send back documents that they have read, in their own spelling.
    @Suite struct RoundTripTests {
        @Test func whatAReadReturnedCanBeWrittenAndMakesNoEvent() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(images: ["other.jpg", "missing.jpg"]).id
                _ = try await warelog.finished(id)
                let read = try await warelog.send(.get, "/products/\(id)")
                let document = String(decoding: try #require(read.data).canonical, as: UTF8.self)
                let before = try await warelog.logEnds()
                for method in [HTTPMethod.put, .patch] {
                    for headers in [[:], ["If-Match": read.headers["ETag"] ?? ""]] as [HTTPHeaders] {
                        let answer = try await warelog.send(method, "/products/\(id)", document, headers: headers)
                        #expect(answer.status == .ok && answer.headers["ETag"] == read.headers["ETag"])
                        #expect(answer.data?.canonical == read.data?.canonical)
                    }
                }
                #expect(try await warelog.logEnds() == before)
                let other = document.replacing("\"id\":\(id)", with: "\"id\":\(id + 1)")
                let refused = try await warelog.send(.put, "/products/\(id)", other)
                #expect(refused.status == .unprocessableContent)
                #expect(refused.json?["errors"]?.elements.map { $0["pointer"]?.string } == ["/id"])
                // In another place, the same document creates a new product.
                let copied = try await warelog.send(
                    .post, "/products", document.replacing("\"product_price\":1", with: "\"product_price\":0"))
                #expect(copied.status == .created && copied.data?["product_price"]?.number == "0")
                let copy = try copied.id
                #expect(copy != id)
                let user = try await warelog.send(.post, "/users", #"{"id":1,"name":"x","created_at":"now"}"#)
                #expect(user.status == .created && user.data?["id"]?.integer != 1)
                #expect(try await warelog.send(.post, "/users", #"{"name":"x","version":1}"#).status.code == 422)
            }
        }

        @Test func theAnswerHasThePrefixOfTheRequest() throws {
            try Environment.run { warelog in
                let body = #"{"user_id":1,"product_name":"x","product_price":1}"#
                for prefix in ["", "/api/v1"] {
                    let created = try await warelog.send(.post, "\(prefix)/products", body)
                    let location = try #require(created.headers["Location"])
                    let id = try created.id
                    #expect(location == "\(prefix)/products/\(id)")
                    let user = try await warelog.send(.post, "\(prefix)/users", #"{"name":"x"}"#)
                    let userID = try user.id
                    #expect(user.headers["Location"] == "\(prefix)/users/\(userID)")
                    let later = try await warelog.send(
                        .patch, location, #"{"product_price":2}"#, headers: ["Prefer": "respond-async"])
                    #expect(later.data?["resource"]?.string == location)
                    let operation = try #require(later.headers["Location"])
                    #expect(operation == "\(prefix)/operations/\(later.data?["id"]?.string ?? "")")
                    let token: HTTPHeaders = ["Consistency-Token": later.headers["Consistency-Token"] ?? ""]
                    let outcome = try await warelog.send(.get, operation, headers: token)
                    #expect(outcome.data?["resource"]?.string == location)
                }
            }
        }

        @Test func aPatchHasAMediaTypeOfItsOwn() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let patch = #"{"product_price":7}"#
                let refused = try await warelog.send(
                    .patch, "/products/\(id)", patch, type: "application/json-patch+json")
                #expect(refused.status == .unsupportedMediaType)
                let types = "application/merge-patch+json, application/json"
                #expect(refused.headers["Accept-Patch"] == types)
                let options = try await warelog.send(.options, "/products/\(id)")
                #expect(options.headers["Accept-Patch"] == types && options.headers["Accept-Post"] == nil)
                let list = try await warelog.send(.options, "/products")
                #expect(list.headers["Accept-Post"] == "application/json")
                let read = try await warelog.send(.get, "/products/\(id)")
                #expect(read.headers["X-Content-Type-Options"] == "nosniff" && read.data?["version"]?.integer == 1)
            }
        }
    }
}
