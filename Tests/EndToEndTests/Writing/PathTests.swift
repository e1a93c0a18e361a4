import EventLog
import EventLoop
import HTTPClient
import HTTPMessages
import JSON
import Kafka
import Postgres
import Testing

extension EndToEnd {
    /// The whole path on real servers: a product is created, and its compressed images appear.
    @Suite struct PathTests {
        @Test func aProductGoesInAndItsCompressedImagesComeOut() throws {
            try Environment.run { warelog in
                let created = try await warelog.create(
                    images: ["photo.jpg", "drawing.png", "cut-off.jpg", "page.jpg", "missing.jpg"], price: "99.99")
                #expect(created.status == .created)
                #expect(created.json?["message"]?.string == "Product created successfully")
                let id = try created.id
                #expect(created.headers["Location"] == "/products/\(id)")
                let document = try await warelog.finished(id)

                #expect(document["product_price"]?.number == "99.99")
                #expect(document["compressed_product_images"]?.elements.count == 2)
                let images = document["images"]?.elements ?? []
                #expect(
                    images.map { $0["status"]?.string } == ["compressed", "compressed", "failed", "failed", "failed"])
                let reasons = images.suffix(3).map { $0["error"]?["reason"]?.string }
                #expect(reasons == ["truncated", "unsupported-format", "not-found"])
                #expect(images.first?.full?["width"]?.integer == 2048 && images.first?.full?["height"]?.integer == 1024)
                for url in document["compressed_product_images"]?.elements ?? [] {
                    let image = try await warelog.client.send(HTTPClientRequest(.get, url.string ?? ""))
                    #expect(image.status == .ok)
                    let starts: [[UInt8]] = [[0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47], Array("RIFF".utf8)]
                    #expect(starts.contains { image.body.starts(with: $0) })
                    #expect(image.body.count < PictureRequests.photo.count)
                }
            }
        }

        @Test func theSecondReadComesFromTheCacheAndAnEventEndsThat() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(images: ["other.jpg"]).id
                _ = try await warelog.finished(id)
                // The invalidation follows the commit: a miss comes first, and then hits.
                var states: [String?] = []
                for prefix in ["", "/api/v1", "", ""] {
                    states.append(try await warelog.send(.get, "\(prefix)/products/\(id)").headers["X-Cache"])
                }
                #expect(states.last == "hit")
                #expect(try await warelog.send(.get, "/products/\(id)").data?["media_revision"]?.integer == 1)
            }
        }

        @Test func aListHoldsWhatItsFiltersSay() throws {
            try Environment.run { warelog in
                let name = "list-\(UInt32.random(in: 0 ... .max))"
                for price in ["0.1", "5", "10.25"] { _ = try await warelog.create(name: "\(name) 100%_", price: price) }
                func prices(_ query: String) async throws -> [String] {
                    let answer = try await warelog.send(.get, "/products?user_id=1&product_name=\(name)\(query)")
                    #expect(answer.status == .ok)
                    return answer.data?.elements.compactMap { $0["product_price"]?.number } ?? []
                }
                #expect(try await prices("&price_min=&price_max=") == ["0.1", "5", "10.25"])
                #expect(try await prices("&price_min=0.1&price_max=5") == ["0.1", "5"])
                #expect(try await prices("%20100%25_") == ["0.1", "5", "10.25"])
                #expect(try await prices("%20100__") == [])
                #expect(try await prices("%20100%25_&sort=-product_price") == ["10.25", "5", "0.1"])
                #expect(try await prices("%20%EF%BC%91%EF%BC%900%25") == ["0.1", "5", "10.25"])  // full-width digits
            }
        }

        @Test func aListIsReadPageByPageAndEachPageNamesTheNext() throws {
            try Environment.run { warelog in
                let name = "Pâges & \(UInt32.random(in: 0 ... .max))"
                for price in ["3", "1", "2"] { _ = try await warelog.create(name: name, price: price) }
                let text = name.replacing("Pâges & ", with: "pages+%26%20")
                let query = "user_id=1&product_name=\(text)&sort=product_price&limit=2"
                let first = try await warelog.send(.get, "/api/v1/products?\(query)")
                #expect(first.data?.elements.compactMap { $0["product_price"]?.number } == ["1", "2"])
                let cursor = try #require(first.json?["next_cursor"]?.string)
                let next = "/api/v1/products?\(query.replacing("+", with: "%20"))&cursor=\(cursor)"
                #expect(first.headers["Link"] == "<\(next)>; rel=\"next\"")
                let head = try await warelog.send(.head, "/api/v1/products?\(query)")
                #expect(head.status == .ok && head.headers["Link"] == first.headers["Link"] && head.body.isEmpty)

                let last = try await warelog.send(.get, next)
                let product = try #require(last.data?.elements.first)
                #expect(last.data?.elements.count == 1 && product["product_price"]?.number == "3")
                #expect(last.json?["next_cursor"]?.isNull == true && last.headers["Link"] == nil)
                let alone = try await warelog.send(.get, "/products/\(try #require(product["id"]?.integer))")
                let tag = "\(product["version"]?.integer ?? 0).\(product["media_revision"]?.integer ?? -1)"
                #expect(alone.headers["ETag"] == "\"\(tag)\"")

                let other = try await warelog.send(.get, "/products?user_id=1&cursor=\(cursor)")
                #expect(other.status == .badRequest)
                #expect(other.json?["type"]?.string == "urn:warelog:problem:invalid-cursor")
            }
        }

        @Test func whatIsBeingDoneWithAnImageIsShown() throws {
            try Environment.run { warelog in
                let created = try await warelog.create(images: ["held.jpg"])
                let id = try created.id
                #expect(created.data?["images"]?.elements.first?["status"]?.string == "pending")
                await warelog.requests.awaitRequest(for: "held.jpg")
                let image = try #require(created.data?["images"]?.elements.first?["id"]?.string)
                // One tag names one body, also while only the stage of an image changes.
                let before = created.headers["ETag"] ?? ""
                #expect(before == "\"1.0\"")
                var tags: Set<String> = []
                for _ in 1...2 {
                    let product = try await warelog.send(.get, "/products/\(id)", headers: ["If-None-Match": before])
                    #expect(product.status == .ok)
                    #expect(product.data?["images"]?.elements.first?["status"]?.string == "fetching")
                    tags.insert(product.headers["ETag"] ?? "")
                }
                let tag = try #require(tags.first)
                #expect(tags.count == 1 && tag.hasPrefix("\"1.0.") && tag.utf8.count == 22)
                let again = try await warelog.send(.get, "/products/\(id)", headers: ["If-None-Match": tag])
                #expect(again.status == .notModified && again.headers["ETag"] == tag && again.body.isEmpty)
                let edited = try await warelog.send(
                    .patch, "/products/\(id)", #"{"product_price":3}"#, headers: ["If-Match": tag])
                #expect(edited.status == .ok && edited.headers["ETag"] == "\"2.0\"")
                let status = try await warelog.send(.get, "/products/\(id)/images/\(image)")
                #expect(status.data?["status"]?.string == "fetching")
                warelog.requests.release()
                #expect(try await warelog.finished(id)["images"]?.elements.first?["status"]?.string == "compressed")
            }
        }

        @Test func badInputIsNamedAndNothingIsAppended() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let before = try await warelog.logEnds()
                for row in BadRequest.all {
                    let path = row.path.replacing("{id}", with: "\(id)")
                    let answer = try await warelog.send(row.method, path, row.body, type: row.type)
                    #expect(answer.status.code == row.status, "\(row.path) \(row.body ?? "")")
                    #expect(answer.headers["Content-Type"] == "application/problem+json")
                    let places =
                        answer.json?["errors"]?.elements.map { $0["pointer"]?.string ?? $0["parameter"]?.string } ?? []
                    #expect(places == row.places, "\(row.path) \(row.body?.prefix(80) ?? "")")
                }
                #expect(try await warelog.logEnds() == before)
            }
        }

        @Test(arguments: [Processes.Name.gateway, .projector, .compressor])
        func aProcessThatIsKilledLosesNothingAndDoublesNothing(_ victim: Processes.Name) throws {
            try Environment.run { warelog in
                var ids: [Int64] = []
                for _ in 0..<3 {
                    // The write does not wait for a projector that has been killed.
                    let created = try await warelog.create(
                        images: ["photo.jpg", "other.jpg"], headers: ["Prefer": "wait=2"])
                    #expect([.created, .accepted].contains(created.status))
                    if created.status == .created { ids.append(try created.id) }
                    // In the middle of the work the pictures have been requested, and are not answered.
                    await warelog.requests.awaitRequest(for: "photo.jpg")
                    await warelog.processes.kill(victim)
                    if victim == .gateway {
                        try await warelog.processes.start(.gateway, awaiting: "\"message\":\"serving\"")
                    } else {
                        try warelog.processes.start(victim)
                    }
                }
                for id in ids {
                    let document = try await warelog.finished(id)
                    #expect(document["compressed_product_images"]?.elements.count == 2)
                    // Each image was answered once: a second answer would have been voided, and would not count.
                    #expect(document["media_revision"]?.integer == 2)
                }
            }
        }

        @Test func anOrderlyStopLogsNoWarning() throws {
            try Environment.run { warelog in
                _ = try await warelog.create().id
                await warelog.processes.stopAll()
                for (name, log) in warelog.processes.logs {
                    let lines = String(decoding: log, as: UTF8.self).split(separator: "\n")
                    let last = lines.drop { !$0.contains(#""message":"stopping""#) }
                    #expect(!last.isEmpty, "\(name)")
                    #expect(last.filter { $0.contains(#""level":"warning""#) } == [], "\(name)")
                }
            }
        }

        @Test func everyLogLineIsOneJSONObject() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(images: ["other.jpg"]).id
                _ = try await warelog.finished(id)
                await warelog.processes.stopAll()  // the last lines are written then
                var requests = 0
                for (_, log) in warelog.processes.logs {
                    for line in log.split(separator: 0x0A) {
                        let object = try JSONDocument(parsing: Array(line)).root
                        #expect(object["time"]?.string != nil && object["level"]?.string != nil)
                        guard object["message"]?.string == "request", object["product_id"]?.integer == id else {
                            continue
                        }
                        requests += 1
                        #expect(object["method"]?.string != nil && object["path"]?.string != nil)
                        #expect(object["status"]?.integer != nil && object["duration_ms"]?.number != nil)
                    }
                }
                #expect(requests > 0)
            }
        }
    }
}

extension Environment {
    func create(
        name: String = "Sample Product", images: [String] = [], price: String = "1", headers: HTTPHeaders = [:]
    ) async throws -> HTTPClientResponse {
        let body = JSONWriter.object { json in
            json.member("user_id", 1)
            json.member("product_name", name)
            json.member("product_description", "as in the README")
            json.key("product_images")
            json.array(images) { $0.string(picture($1)) }
            json.key("product_price")
            json.raw(price)
        }
        return try await send(.post, "/products", String(decoding: body, as: UTF8.self), headers: headers)
    }

    /// The product's document once none of its images is pending.
    func finished(_ id: Int64) async throws -> JSONValue {
        let sql = """
            select 1 from products where id = $1
            and not exists (select 1 from json_array_elements(images) i where i->>'status' = 'pending')
            """
        try await fold { !(try await database.query(sql, [.int(id)]).rows.isEmpty) }
        // The read bypasses the cache, which is told of the last commit a moment later.
        while true {
            let document = try #require(try await send(.get, "/products/\(id)").data)
            let open: Set = ["pending", "fetching", "processing"]
            let isPending = document["images"]?.elements.contains { open.contains($0["status"]?.string ?? "") } ?? true
            if !isPending { return document }
            try await loop.sleep(for: .milliseconds(20))
        }
    }

    /// Returns the end of each partition of the log.
    func logEnds() async throws -> [TopicPartition: Int64] {
        let admin = try KafkaAdmin(KafkaConfiguration(brokers: processes.brokers, clientID: "test"), loop: loop)
        let topics = try await admin.metadata(Topic.allCases.map(\.name))
        let partitions = topics.flatMap { topic in
            (0..<topic.partitionCount).map { TopicPartition(topic: topic.name, partition: Int32($0)) }
        }
        let ends = try await admin.offsets(of: partitions, at: .latest)
        await admin.close()
        return ends
    }
}

extension JSONValue {
    /// The `full` rendition of an image.
    var full: JSONValue? { self["renditions"]?.elements.first { $0["name"]?.string == "full" } }
}

extension HTTPClientResponse {
    var id: Int64 { get throws { try #require(data?["id"]?.integer) } }
}
