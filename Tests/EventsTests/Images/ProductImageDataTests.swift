import Events
import JSON
import Testing

@Suite(.timeLimit(.minutes(20)))
struct ProductImageDataTests {
    private static let images = [
        ProductImage(id: ImageID("e0-0"), source: "http://a/1.png"),
        ProductImage(id: ImageID("e0-1"), source: "http://a/2.png", state: .compressed(.sample())),
        ProductImage(id: ImageID("e0-2"), source: "http://a/\"3\".png", state: .failed(.sample)),
    ]

    @Test func imagesAreReadBackTheSame() throws {
        #expect(try ProductImage.images(fromJSON: ProductImage.json(Self.images)) == Self.images)
        #expect(try ProductImage.images(fromJSON: ProductImage.json([])) == [])
    }

    @Test func theDocumentOfAnImageSaysWhatHasBecomeOfIt() {
        #expect(
            String(decoding: ProductImage.json(Self.images), as: UTF8.self) == """
                [{"id":"e0-0","source":"http://a/1.png","status":"pending"},\
                {"id":"e0-1","source":"http://a/2.png","status":"compressed","renditions":[\
                {"name":"thumb","url":"http://s3/thumb.jpg","object_key":"thumb.jpg","content_type":"image/jpeg",\
                "width":2048,"height":1365,"bytes":204800,"kept":"encoded"},\
                {"name":"full","url":"http://s3/x.jpg","object_key":"full.jpg","content_type":"image/jpeg",\
                "width":2048,"height":1365,"bytes":204800,"kept":"encoded"}],"thumb_hash":"1QcSHQ",\
                "animated":false,"source_format":"jpeg","source_bytes":4194304,"source_sha256":"ab12"},\
                {"id":"e0-2","source":"http://a/\\"3\\".png","status":"failed",\
                "error":{"reason":"not-found","detail":"The server said 404.","attempts":1}}]
                """)
    }

    @Test(
        arguments: [
            Row("an object", "{}", .invalid("", "is not an array")),
            Row("more than a list", "[],1", .malformed(.malformed("unexpected content after document", offset: 2))),
            Row("a list of numbers", "[1]", .invalid("/0", "is not an object")),
            Row("no status", #"[{"id":"a","source":"b"}]"#, .missing("/0/status")),
            Row(
                "an unknown status", #"[{"id":"a","source":"b","status":"lost"}]"#,
                .invalid("/0/status", "is not a known status")),
            Row("no id", #"[{"source":"b","status":"pending"}]"#, .missing("/0/id")),
            Row("no source", #"[{"id":"a","status":"pending"}]"#, .missing("/0/source")),
            Row("no renditions", #"[{"id":"a","source":"b","status":"compressed"}]"#, .missing("/0/renditions")),
            Row("no error", #"[{"id":"a","source":"b","status":"failed"}]"#, .missing("/0/error")),
            Row(
                "an error of text", #"[{"id":"a","source":"b","status":"failed","error":"x"}]"#,
                .invalid("/0/error", "is not an object")),
            Row(
                "an error without a reason",
                #"[{"id":"a","source":"b","status":"failed","error":{"detail":"x","attempts":1}}]"#,
                .missing("/0/error/reason")),
        ] as [Row<String, EventFault>])
    func aFaultNamesTheMember(_ row: Row<String, EventFault>) {
        #expect(throws: row.expected) { try ProductImage.images(fromJSON: Array(row.input.utf8)) }
    }
}
