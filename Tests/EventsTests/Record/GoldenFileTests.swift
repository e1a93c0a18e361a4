import Events
import JSON
import Testing

/// Events as they are on logs. A file of an old version is never edited, and is always read and written in the same
/// way.
@Suite(.timeLimit(.minutes(20)))
struct GoldenFileTests {
    @Test(arguments: EventType.allCases)
    func dataIsReadAndWrittenByteForByte(_ type: EventType) throws {
        let golden = try type.golden()
        #expect(text(try type.rewritten(golden) + Array("\n".utf8)) == text(golden))
    }

    @Test(arguments: EventType.allCases)
    func headersAreReadAndWrittenByteForByte(_ type: EventType) throws {
        let golden = try type.goldenHeaders()
        let headers = try JSONDocument(parsing: golden).root.members.map { name, value in
            (name: name, value: value.string.map { Array($0.utf8) })
        }
        let event = try CloudEvent(headers: headers, value: [])
        #expect(event.type == type)
        let written = JSONWriter.object { json in
            for (name, value) in event.headers {
                json.key(name)
                json.string(value)
            }
        }
        #expect(text(written + Array("\n".utf8)) == text(golden))
    }

    @Test func aCreationIsReadAsItWasMeant() throws {
        let event = try ProductEvent(type: .productCreated, data: EventType.productCreated.golden())
        #expect(
            event
                == .created(
                    ProductCreated(
                        productID: .sample(7), userID: .sample(1), name: #"Kettle "Böhler" 🫖"#,
                        description: "Boils water.\nTwice as fast.", price: .sample("99.99"),
                        images: [
                            "http://images.example/kettle.jpg", "https://images.example/kettle%20side.png?size=2",
                        ])))
    }

    @Test func anEditIsReadAsItWasMeant() throws {
        let event = try ProductEvent(type: .productUpdated, data: EventType.productUpdated.golden())
        #expect(
            event
                == .updated(
                    ProductUpdated(
                        productID: .sample(7), name: "Kettle", description: "", price: .sample("0.1"),
                        images: ["http://images.example/kettle.jpg"], newImages: [0], owner: .sample(1))))
    }

    @Test func aDeletionIsReadAsItWasMeant() throws {
        let event = try ProductEvent(type: .productDeleted, data: EventType.productDeleted.golden())
        #expect(event == .deleted(of: 9_007_199_254_740_991))
    }

    @Test func anUploadIsReadAsItWasMeant() throws {
        let event = try ProductEvent(type: .productImageUploaded, data: EventType.productImageUploaded.golden())
        #expect(
            event
                == .imageUploaded(
                    ProductImageUploaded(
                        productID: .sample(7), upload: .sample, contentType: "image/jpeg", bytes: 4_194_304,
                        digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", width: 4000,
                        height: 3000, owner: .sample(1))))
    }

    @Test func aRemovalIsReadAsItWasMeant() throws {
        let event = try ProductEvent(type: .productImageRemoved, data: EventType.productImageRemoved.golden())
        #expect(event == .removed("0198c5d2-7a3e-7c41-9d0f-3b1f3f0f9f01-1"))
    }

    @Test func anAnswerIsReadAsItWasMeant() throws {
        let event = try ProductEvent(type: .imagesCompressed, data: EventType.imagesCompressed.golden())
        guard case .imagesCompressed(let compressed) = event else {
            Issue.record("\(String(describing: event)) is no answer")
            return
        }
        #expect(compressed.productID == .sample(7))
        #expect(
            compressed.images.map(\.id.text) == [
                "0198c5d2-7a3e-7c41-9d0f-3b1f3f0f9f01-0", "0198c5d2-7a3e-7c41-9d0f-3b1f3f0f9f01-1",
            ])
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        #expect(
            compressed.images.first?.image
                == CompressedImage(
                    renditions: [
                        ImageRendition(
                            name: "full", objectKey: "images/\(digest)/v2-2048-q80.jpg",
                            url: "http://s3.example/products/images/\(digest)/v2-2048-q80.jpg",
                            contentType: "image/jpeg", width: 2048, height: 1365, bytes: 204_800, kept: "encoded"),
                        ImageRendition(
                            name: "thumb", objectKey: "images/\(digest)/v2-320-q80.jpg",
                            url: "http://s3.example/products/images/\(digest)/v2-320-q80.jpg",
                            contentType: "image/jpeg", width: 320, height: 213, bytes: 10_240, kept: "encoded"),
                    ],
                    thumbHash: "1QcSHQRnh493V4dIh4eXh1h4kJUI", isAnimated: false,
                    source: .init(format: "jpeg", declaredFormat: nil, bytes: 4_194_304, digest: digest)))
        #expect(compressed.images.last?.image.source.declaredFormat == "png")
        #expect(compressed.images.last?.image.isAnimated == true)
    }

    @Test func aFailureIsReadAsItWasMeant() throws {
        let event = try ProductEvent(type: .imageCompressionFailed, data: EventType.imageCompressionFailed.golden())
        #expect(
            event
                == .imageCompressionFailed(
                    ImageCompressionFailed(
                        productID: .sample(7), id: ImageID("0198c5d2-7a3e-7c41-9d0f-3b1f3f0f9f01-1"),
                        failure: ImageFailure(
                            reason: "not-found", detail: "The server answered 404.", attempts: 1))))
    }

    @Test func aRequestIsReadAsItWasMeant() throws {
        let data = try EventType.imagesCompressionRequested.golden()
        #expect(
            try ProductEvent(type: .imagesCompressionRequested, data: data)
                == .requested(
                    ["0198c5d2-7a3e-7c41-9d0f-3b1f3f0f9f01-1"],
                    source: "https://images.example/kettle%20side.png?size=2"))
    }

    @Test func aRegistrationIsReadAsItWasMeant() throws {
        let event = try UserEvent(type: .userRegistered, data: EventType.userRegistered.golden())
        #expect(event == .registered(UserRegistered(userID: .sample(1), name: "Ann Ōno")))
    }

    @Test func everyTypeHasItsFilesAndEveryFileItsType() throws {
        let names = EventType.allCases.map(\.fileName)
        #expect(
            try Repository.names("Tests/EventsTests/Golden")
                == Set(names.flatMap { ["\($0).json", "\($0).headers.json"] }))
        #expect(try Repository.names("schema/events") == Set(names.map { "\($0).json" }))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
