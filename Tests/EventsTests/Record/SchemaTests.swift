import Events
import JSON
import Testing

/// The JSON Schemas agree with the golden files and with the code.
@Suite(.timeLimit(.minutes(20)))
struct SchemaTests {
    @Test(arguments: EventType.allCases)
    func aSchemaIsNamedForItsType(_ type: EventType) throws {
        let schema = try type.schema().root
        #expect(schema["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["title"].map { "warelog.\($0.string ?? "").v1" } == type.name)
        #expect(schema["$id"]?.string == "urn:warelog:event:\(schema["title"]?.string ?? ""):v1")
    }

    @Test(arguments: EventType.allCases)
    func aSchemaDescribesEveryMemberOfItsGoldenFile(_ type: EventType) throws {
        #expect(try Self.differences(type.schema().root, JSONDocument(parsing: type.golden()).root) == [])
    }

    @Test(arguments: EventType.allCases)
    func whatASchemaRequiresTheCodeRequiresToo(_ type: EventType) throws {
        let root = try JSONDocument(parsing: type.golden()).root
        for pointer in root.memberPointers() {
            let data = root.text(replacing: pointer, by: nil)
            let isRefused = (try? type.rewritten(data)) == nil
            let isRequired = try !Self.differences(type.schema().root, JSONDocument(parsing: data).root).isEmpty
            #expect(isRefused == isRequired, "\(pointer)")
        }
    }

    @Test(arguments: EventType.allCases)
    func theDescriptionOfTheTopicsHasEveryType(_ type: EventType) throws {
        let description = String(decoding: try Repository.bytes("schema/asyncapi.yaml"), as: UTF8.self)
        #expect(description.contains("const: \(type.name)\n"))
        #expect(description.contains("$ref: ./events/\(type.fileName).json\n"))
    }

    /// The places where a value does not conform to the schema, as far as members, kinds and descriptions are
    /// concerned.
    private static func differences(_ schema: JSONValue, _ value: JSONValue, at pointer: String = "") -> [String] {
        let kinds: [String: JSONValue.Kind] = [
            "object": .object, "array": .array, "string": .string, "number": .number, "integer": .number,
            "boolean": .boolean,
        ]
        guard let type = schema["type"]?.string, kinds[type] == value.kind else { return ["\(pointer): another kind"] }
        switch value.kind {
        case .object:
            let properties = schema["properties"]
            let required = schema["required"]?.elements.compactMap(\.string) ?? []
            let absent = required.filter { value[$0] == nil }.map { "\(pointer)/\($0): absent" }
            let open = schema["additionalProperties"]?.boolean == true ? [] : ["\(pointer): closed to newer writers"]
            let unknown = required.filter { properties?[$0] == nil }.map { "\(pointer)/\($0): required and unknown" }
            return absent + open + unknown
                + value.members.flatMap { key, member in
                    guard let property = properties?[key] else { return ["\(pointer)/\(key): not described"] }
                    let isDescribed = property["description"]?.string?.isEmpty == false
                    return (isDescribed ? [] : ["\(pointer)/\(key): without description"])
                        + differences(property, member, at: "\(pointer)/\(key)")
                }
        case .array:
            guard let items = schema["items"] else { return ["\(pointer): items not described"] }
            return value.elements.enumerated().flatMap { differences(items, $1, at: "\(pointer)/\($0)") }
        case .null, .boolean, .number, .string:
            return []
        }
    }
}
