import EventLoop
import HTTPClient
import HTTPMessages
import JSON
import S3
import Testing

extension EndToEnd {
    /// The bucket has no object that nothing refers to, and lacks none that is referred to.
    @Suite struct MediaTests {
        @Test func whatNobodyRefersToIsDeletedAfterItsGraceAndNothingElse() throws {
            try Environment.run { warelog in
                let run = UInt32.random(in: 0 ... .max)
                let gone = try await warelog.create(images: ["small-\(run)-1.jpg", "small-\(run)-2.jpg"]).id
                let shared = try await warelog.create(images: ["small-\(run)-2.jpg"]).id
                let bytes = try #require(PictureRequests.numbered("small-\(run)-3.jpg"))
                let upload = try await warelog.upload(bytes, as: "image/jpeg", to: gone)
                #expect(upload.status == .created)
                let before = try await warelog.finished(gone)
                let kept = try await warelog.finished(shared)
                let images = before["images"]?.elements ?? []
                let source = images.compactMap { $0["source"]?.string }.first { $0.hasPrefix("urn:") } ?? ""
                let unwanted = Set(Self.keys(images) + ["uploads/" + source.split(separator: ":").suffix(1).joined()])
                    .subtracting(Self.keys(kept["images"]?.elements ?? []))
                #expect(unwanted.count == 5)
                // This also deletes the objects that other tests have left, which are not told apart.
                try await warelog.collect("--run")
                #expect(try await warelog.collect("--plan").hasPrefix(Self.nothing))

                let deleted = try await warelog.send(.delete, "/products/\(gone)")
                #expect(deleted.status == .noContent)
                let young = try await warelog.processes.tool("media", "gc", "--plan")
                #expect(young.hasPrefix(Self.nothing), "it is younger than a day")
                let plan = try await warelog.collect("--plan")
                let planned = plan.split(separator: "\n").compactMap { try? JSONDocument(parsing: Array($0.utf8)).root }
                #expect(Set(planned.compactMap { $0["key"]?.string }) == unwanted)
                for key in unwanted { #expect(try await warelog.store.head(key: key) != nil, "a plan deletes nothing") }
                try await warelog.collect("--run")
                for key in unwanted { #expect(try await warelog.store.head(key: key) == nil) }
                for key in Self.keys(kept["images"]?.elements ?? []) {
                    #expect(try await warelog.store.head(key: key) != nil)
                }
            }
        }

        @Test func aCompressorThatIsKilledAtAnyPointAnswersEveryImageOnce() throws {
            try Environment.run { warelog in
                let run = UInt32.random(in: 0 ... .max)
                var ids: [Int64] = []
                for round in 0..<50 {
                    ids.append(try await warelog.create(images: (0..<10).map { "small-\(run)-\(round)-\($0).jpg" }).id)
                    let point = Int.random(in: 0..<10)
                    await warelog.requests.awaitRequest(for: "small-\(run)-\(round)-\(point).jpg")
                    try await warelog.loop.sleep(for: .milliseconds(.random(in: 0...60)))
                    await warelog.processes.kill(.compressor)
                    try warelog.processes.start(.compressor)
                }
                var images: [JSONValue] = []
                for id in ids {
                    let document = try await warelog.finished(id)
                    #expect(document["compressed_product_images"]?.elements.count == 10)
                    #expect(document["media_revision"]?.integer == 10, "a second answer would be void, and not counted")
                    images += document["images"]?.elements ?? []
                }
                #expect(images.count == 500)
                await warelog.processes.stop(.compressor)
                try await warelog.collect("--run")
                #expect(try await warelog.collect("--plan").hasPrefix(Self.nothing))
                for key in Self.keys(images) { #expect(try await warelog.store.head(key: key) != nil) }
            }
        }

        private static let nothing = "0 objects of 0 bytes to be deleted"

        private static func keys(_ images: [JSONValue]) -> [String] {
            images.flatMap { $0["renditions"]?.elements ?? [] }.compactMap { $0["object_key"]?.string }
        }
    }
}

extension Environment {
    /// Collects all objects, however young they are, because no image is in work.
    @discardableResult
    func collect(_ action: String) async throws -> String {
        try await processes.tool("media", "gc", action, "--grace", "0s", "--offline", "--json")
    }
}
