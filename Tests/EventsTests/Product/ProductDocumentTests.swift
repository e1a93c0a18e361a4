import Events
import JSON
import Testing

struct ProductDocumentTests {
    @Test func theDocumentHoldsWhatTheFoldKnows() throws {
        let story = Story(
            .created(images: ["http://a/1.png", "http://a/2.png"]), .updated(name: "Teapot"), .compressed(["e0-0"]))
        let product = try #require(story.product)
        let document = ProductDocument(product)
        let json = try JSONDocument(parsing: document.json).root
        #expect(json["id"]?.integer == 7 && json["user_id"]?.integer == 1)
        #expect(json["product_name"]?.string == "Teapot")
        #expect(json["product_description"]?.string == "Boils.")
        #expect(json["product_price"]?.number == "99.99")
        #expect(json["product_images"]?.elements.map(\.string) == ["http://a/1.png", "http://a/2.png"])
        #expect(json["compressed_product_images"]?.elements.map(\.string) == ["http://s3/x.jpg"])
        #expect(json["images"]?.elements.map { $0["status"]?.string } == ["compressed", "pending"])
        #expect(json["version"]?.integer == product.version)
        #expect(json["media_revision"]?.integer == product.mediaRevision)
        #expect(json["created_at"]?.string == product.createdAt.description)
        #expect(json["updated_at"]?.string == product.updatedAt.description)
    }

    @Test func theEntityTagNamesTheVersionAndTheMediaRevision() throws {
        let story = Story(.created(images: ["http://a/1.png"]), .updated(name: "Teapot"), .compressed(["e0-0"]))
        #expect(ProductDocument(try #require(story.product)).entityTag == "\"2.1\"")
    }
}
