import Events
import History
import Testing

@Suite(.timeLimit(.minutes(20)))
struct FieldChangeTests {
    private static func product(
        name: String = "Cup", images: [ProductImage] = [], isDeleted: Bool = false
    ) throws -> Product {
        Product(
            id: try #require(ProductID(7)), userID: try #require(UserID(1)), name: name, description: "",
            price: try Money("5.5"), images: images, version: 1, mediaRevision: 0,
            createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0), isDeleted: isDeleted)
    }

    private static func texts(_ changes: [FieldChange]) -> [String] {
        changes.map { change in
            let values = [change.from, change.to].map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "none" }
            return "\(change.field): \(values[0]) -> \(values[1])"
        }
    }

    @Test func aNewProductGivesEveryFieldItsValue() throws {
        #expect(
            Self.texts(FieldChange.between(nil, try Self.product())) == [
                "user_id: none -> 1", "product_name: none -> \"Cup\"", "product_description: none -> \"\"",
                "product_images: none -> []", "product_price: none -> 5.5", "compressed_product_images: none -> []",
                "is_deleted: none -> false",
            ])
    }

    @Test func whatStaysIsNotNamed() throws {
        #expect(FieldChange.between(try Self.product(), try Self.product()).isEmpty)
        #expect(FieldChange.between(nil, nil).isEmpty)
        #expect(
            Self.texts(FieldChange.between(try Self.product(), try Self.product(name: "Mug")))
                == ["product_name: \"Cup\" -> \"Mug\""])
        #expect(
            Self.texts(FieldChange.between(try Self.product(), try Self.product(isDeleted: true)))
                == ["is_deleted: false -> true"])
    }

    @Test func eachImageIsAField() throws {
        let pending = ProductImage(id: ImageID("e-0"), source: "http://a/1.jpg")
        let failed = ProductImage(
            id: ImageID("e-0"), source: "http://a/1.jpg",
            state: .failed(ImageFailure(reason: "not-found", detail: "404", attempts: 1)))
        let json = #"{"id":"e-0","source":"http://a/1.jpg","status":"pending"}"#
        let failedJSON =
            #"{"id":"e-0","source":"http://a/1.jpg","status":"failed","error":"#
            + #"{"reason":"not-found","detail":"404","attempts":1}}"#
        #expect(
            Self.texts(FieldChange.between(try Self.product(images: [pending]), try Self.product(images: [failed])))
                == ["images/e-0: \(json) -> \(failedJSON)"])
        #expect(
            Self.texts(FieldChange.between(try Self.product(images: [failed]), try Self.product())) == [
                "product_images: [\"http://a/1.jpg\"] -> []", "images/e-0: \(failedJSON) -> none",
            ])
    }
}
