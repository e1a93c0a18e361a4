import EventLoop
import HTTPClient
import HTTPMessages
import HTTPServer
import JSON
import NetworkTesting
import Postgres
import Testing

extension EndToEnd {
    /// Images when something goes wrong around them.
    @Suite struct ImageTests {
        @Test func everyRenditionIsThereWithItsTypeForEver() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(images: ["photo.jpg", "drawing.png"]).id
                let document = try await warelog.finished(id)
                for image in document["images"]?.elements ?? [] {
                    #expect(image["renditions"]?.elements.map { $0["name"]?.string } == ["full", "thumb"])
                    #expect(image["thumb_hash"]?.string?.isEmpty == false)
                    for rendition in image["renditions"]?.elements ?? [] {
                        let object = try await warelog.client.send(
                            HTTPClientRequest(.get, rendition["url"]?.string ?? ""))
                        #expect(object.status == .ok)
                        #expect(object.headers["Content-Type"] == rendition["content_type"]?.string)
                        #expect(object.headers["Cache-Control"] == "public, max-age=31536000, immutable")
                        #expect(object.body.count == rendition["bytes"]?.integer.map { Int($0) })
                    }
                }
                #expect(document["images"]?.elements.last?["declared_format"]?.string == "jpeg", "its server says so")
                let full = document["images"]?.elements.compactMap { $0.full?["url"]?.string }
                #expect(document["compressed_product_images"]?.elements.compactMap(\.string) == full)
            }
        }

        @Test func whatFailsForGoodIsADeadLetterThatCanBeRedrivenOrDiscarded() throws {
            try Environment.run { warelog in
                let name = "ill-\(UInt32.random(in: 0 ... .max))"
                await warelog.restartCompressor(with: ["IMAGE_ATTEMPTS": "3", "IMAGE_RETRY_MILLISECONDS": "300"])
                let id = try await warelog.create(images: ["\(name)-a.jpg", "\(name)-b.jpg"]).id
                // Between two attempts the product shows the state of the image.
                while true {
                    let image = try await warelog.send(.get, "/products/\(id)").data?["images"]?.elements.first
                    if let attempts = image?["attempts"]?.integer {
                        #expect(image?["status"]?.string == "pending" && (1...2).contains(attempts))
                        #expect(image?["reason"]?.string == "http-status" && image?["next_attempt_at"]?.string != nil)
                        break
                    }
                    try #require(image?["status"]?.string != "failed")
                    try await warelog.loop.sleep(for: .milliseconds(20))
                }
                let failed = try await warelog.finished(id)
                let errors = failed["images"]?.elements.map { $0["error"] } ?? []
                #expect(errors.map { $0?["reason"]?.string } == ["http-status", "http-status"])
                #expect(errors.map { $0?["attempts"]?.integer } == [3, 3])
                #expect(warelog.requests.count(of: "\(name)-a.jpg") == 3)

                let letters = try await warelog.deadLetters("list", of: id)
                #expect(letters.map { $0["state"]?.string } == ["open", "open"])
                #expect(
                    letters.allSatisfy { $0["attempts"]?.integer == 3 && $0["source"]?.string?.contains(name) == true })
                let first = try #require(
                    letters.first { $0["source"]?.string?.hasSuffix("a.jpg") == true }?["id"]?.string)
                let second = try #require(
                    letters.first { $0["source"]?.string?.hasSuffix("b.jpg") == true }?["id"]?.string)
                #expect(try await warelog.processes.tool("dlq", "show", first).contains("http-status"))

                warelog.requests.heal()
                let ends = try await warelog.logEnds()
                try await warelog.processes.tool("dlq", "redrive", first, "--dry-run")
                #expect(try await warelog.logEnds() == ends)
                try await warelog.processes.tool("dlq", "redrive", first, "--actor", "ann")
                let compressed = "select 1 from products where id = $1 and cardinality(compressed_product_images) = 1"
                try await warelog.fold { try await warelog.database.query(compressed, [.int(id)]).rows.count == 1 }
                let history = try await warelog.processes.tool("history", "\(id)", "--json")
                #expect(history.contains(#""actor":"ann""#), "the log says who asked for it")
                try await warelog.processes.tool("dlq", "discard", second, "--reason", "not needed", "--actor", "ann")
                #expect(try await warelog.deadLetters("list", of: id).isEmpty)
                let all = try await warelog.deadLetters("list", "--all", of: id)
                #expect(Set(all.compactMap { $0["state"]?.string }) == ["redriven", "discarded"])
                #expect(
                    all.contains {
                        $0["decision"]?["actor"]?.string == "ann" && $0["decision"]?["reason"]?.string == "not needed"
                    })
            }
        }

        @Test func theSameBytesAreCompressedOnce() throws {
            try Environment.run { warelog in
                try await warelog.withStore { store in
                    let run = UInt32.random(in: 0 ... .max)
                    var ids: [Int64] = []
                    for product in 0..<10 {
                        ids.append(
                            try await warelog.create(images: (0..<20).map { "same-\(run)-\(product)-\($0).jpg" }).id)
                    }
                    for id in ids {
                        #expect(try await warelog.finished(id)["compressed_product_images"]?.elements.count == 20)
                    }
                    #expect(store.puts.count == 2 && store.puts.values.allSatisfy { $0 == 1 }, "one for each rendition")
                }
            }
        }

        @Test func aStoreThatIsAwayForLongLosesNothingAndIsNotRushedAfterwards() throws {
            try Environment.run { warelog in
                try await warelog.withStore { store in
                    store.goAway()
                    let run = UInt32.random(in: 0 ... .max)
                    var ids: [Int64] = []
                    for product in 0..<5 {
                        ids.append(
                            try await warelog.create(images: (0..<20).map { "small-\(run)-\(product)-\($0).jpg" }).id)
                    }
                    await store.awaitRefusals(8)
                    let downloads = (0..<5).flatMap { product in (0..<20).map { "small-\(run)-\(product)-\($0).jpg" } }
                        .reduce(0) { $0 + warelog.requests.count(of: $1) }
                    #expect(downloads <= 12, "nothing is begun while there is nowhere to put it")
                    store.comeBack()
                    for id in ids {
                        let document = try await warelog.finished(id)
                        #expect(document["compressed_product_images"]?.elements.count == 20)
                    }
                    #expect(store.mostPutsBeforeTheFirstWorked == 1)
                    #expect(store.puts.count == 200)
                }
            }
        }

        @Test func anImageThatIsTakenAwayWhileItIsInWorkDoesNotComeBack() throws {
            try Environment.run { warelog in
                let id = try await warelog.create(images: ["held.jpg"]).id
                await warelog.requests.awaitRequest(for: "held.jpg")
                let body = #"{"product_images":["\#(warelog.picture("other.jpg"))"]}"#
                let type = "application/merge-patch+json"
                #expect(try await warelog.send(.patch, "/products/\(id)", body, type: type).status == .ok)
                _ = try await warelog.finished(id)
                let logged = warelog.processes.logs[.compressor]?.count ?? 0
                warelog.requests.release()
                // The image that was in work is answered, and the answer is void.
                await warelog.processes.awaitLog(of: .compressor, from: logged, "image compressed")
                let document = try await warelog.finished(id)
                #expect(document["compressed_product_images"]?.elements.count == 1)
                #expect(document["media_revision"]?.integer == 1)
            }
        }
    }
}

extension Environment {
    func restartCompressor(with settings: [String: String]) async {
        await processes.stop(.compressor)
        do { try processes.start(.compressor, with: settings) } catch { Issue.record(error) }
    }

    /// Runs `body` while the compressor stores its objects in a store of the test's own.
    func withStore(_ body: @escaping @Sendable (ObjectStore) async throws -> Void) async throws {
        let store = ObjectStore()
        try await withServer(on: loop, handler: { await store.answer($0) }) { server in
            await restartCompressor(with: ["S3_ENDPOINT": "http://127.0.0.1:\(server.port)"])
            try await body(store)
            await processes.stop(.compressor)
        }
    }

    func deadLetters(_ arguments: String..., of product: Int64) async throws -> [JSONValue] {
        let all = arguments.contains("--all") ? "--all" : "--json"
        let printed = try await processes.tool("dlq", arguments[0], all, "--product", "\(product)", "--json")
        return printed.split(separator: "\n").compactMap { try? JSONDocument(parsing: Array($0.utf8)).root }
    }
}
