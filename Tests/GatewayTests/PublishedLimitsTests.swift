import Events
import Foundation
import ImageHeaders
import JSON
import Testing

@testable import Gateway

/// The published schemas have the limits of the code.
@Suite(.timeLimit(.minutes(20)))
struct PublishedLimitsTests {
    private static func schema(_ path: String) throws -> JSONValue {
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = try Data(contentsOf: repository.appendingPathComponent("schema/\(path)"))
        return try JSONDocument(parsing: [UInt8](file)).root
    }

    @Test func anEventOfAnUploadHasEveryFormatThatIsTaken() throws {
        let type = try Self.schema("events/ProductImageUploaded.v1.json")["properties"]?["content_type"]
        #expect(
            type?["enum"]?.elements.compactMap(\.string).sorted()
                == ImageHeader.Format.allCases.map(\.rawValue).sorted())
    }

    @Test func textsHaveTheSameLengths() throws {
        let schemas = try Self.schema("openapi.json")["components"]?["schemas"]
        for name in ["NewProduct", "ProductReplacement", "ProductPatch"] {
            let properties = schemas?[name]?["properties"]
            #expect(properties?["product_name"]?["maxLength"]?.integer == Int64(ProductField.maximumNameLength))
            #expect(
                properties?["product_description"]?["maxLength"]?.integer
                    == Int64(ProductField.maximumDescriptionLength))
        }
        #expect(
            schemas?["NewUser"]?["properties"]?["name"]?["maxLength"]?.integer
                == Int64(RegisterUser.nameLength.upperBound))
    }

    /// Validators divide binary fractions: for them, 19.99 is not a multiple of 0.01.
    @Test(arguments: ["openapi.json", "events/ProductCreated.v1.json", "events/ProductUpdated.v1.json"])
    func noPriceIsAMultiple(_ path: String) throws {
        func names(_ value: JSONValue) -> [String] {
            value.members.flatMap { [$0.key] + names($0.value) } + value.elements.flatMap(names)
        }
        #expect(try !names(Self.schema(path)).contains("multipleOf"))
    }
}
