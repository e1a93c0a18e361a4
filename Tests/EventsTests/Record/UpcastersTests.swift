import Events
import JSON
import Testing

@Suite(.timeLimit(.minutes(20)))
struct UpcastersTests {
    /// A release that wrote the name and price of a product differently, and an earlier one that had no prices.
    private static let table = [
        Upcaster(from: "warelog.ProductAdded.v1", to: "warelog.ProductAdded.v2") { data in
            JSONWriter.object { json in
                json.member("product", data["product"]?.integer ?? 0)
                json.member("title", data["title"]?.string ?? "")
                json.member("cents", 100)
            }
        },
        Upcaster(from: "warelog.ProductAdded.v2", to: EventType.productCreated.name) { data in
            JSONWriter.object { json in
                json.member("product_id", data["product"]?.integer ?? 0)
                json.member("user_id", 1)
                json.member("product_name", data["title"]?.string ?? "")
                json.member("product_description", "")
                json.key("product_price")
                json.raw("\(data["cents"]?.integer ?? 0)e-2")
                json.key("product_images")
                json.array([String]()) { $0.string($1) }
            }
        },
    ]

    private static func read(_ type: String, _ data: String) throws(EventFault) -> CloudEvent {
        let headers = [
            ("ce_specversion", "1.0"), ("ce_id", "e1"), ("ce_type", type), ("ce_source", "/test"), ("ce_subject", "7"),
            ("ce_time", "2026-11-21T08:30:00.000Z"), ("ce_expectedversion", "3"),
        ]
        return try CloudEvent(
            headers: headers.map { (name: $0.0, value: Array($0.1.utf8)) }, value: Array(data.utf8), Upcasters(table))
    }

    @Test func whatThisProgramReadsIsWhole() throws { try Upcasters.registered.check() }

    @Test(arguments: [
        ("warelog.ProductAdded.v1", #"{"product":7,"title":"Kettle"}"#, "1.00"),
        ("warelog.ProductAdded.v2", #"{"product":7,"title":"Kettle","cents":250,"more":[]}"#, "2.50"),
    ])
    func anEventOfAnEarlierReleaseIsReadAsOneOfToday(_ type: String, _ data: String, _ price: String) throws {
        try Upcasters(Self.table).check()
        let cloud = try Self.read(type, data)
        #expect(cloud.metadata.id == EventID("e1") && cloud.metadata.expectedVersion == 3)
        let event = try ProductEvent(type: cloud.type, data: cloud.data)
        #expect(event == .created(name: "Kettle", price: price).withoutDescription)
    }

    @Test func whatAnEarlierReleaseCouldNotHaveMeantIsAFault() throws {
        for data in ["{", "[]", "7"] {
            #expect(throws: EventFault.self) { _ = try Self.read("warelog.ProductAdded.v1", data) }
        }
        // The steps are total: they make something of an empty object, but it is not a product.
        let cloud = try Self.read("warelog.ProductAdded.v1", "{}")
        #expect(throws: EventFault.invalid("/product_id", "is not an identifier")) {
            _ = try ProductEvent(type: cloud.type, data: cloud.data)
        }
    }

    @Test func aTypeThatNobodyKnowsStaysUnknown() {
        #expect(throws: EventFault.unknownType("warelog.ProductAdded.v3")) {
            _ = try Self.read("warelog.ProductAdded.v3", "{}")
        }
    }

    private static let badTables: [Row<[(String, String)], String>] = [
        .init("a gap", [("a.v1", "a.v2")], "the upcasters of a.v1 lead to a.v2, which has none and is not read"),
        .init(
            "a circle", [("a.v1", "a.v2"), ("a.v2", "a.v1")],
            "the upcasters of a.v1 lead in a circle; the upcasters of a.v2 lead in a circle"),
        .init("a step to itself", [("a.v1", "a.v1")], "the upcasters of a.v1 lead in a circle"),
        .init(
            "a duplicate",
            [("a.v1", "warelog.ProductCreated.v1"), ("a.v1", "warelog.ProductUpdated.v1")], "a.v1 has two upcasters"),
        .init(
            "a step from what is read", [("warelog.ProductCreated.v1", "warelog.ProductUpdated.v1")],
            "warelog.ProductCreated.v1 has an upcaster, but this version reads it as it is"),
    ]

    @Test(arguments: badTables)
    func aTableThatDoesNotLeadToWhatIsReadIsRefused(_ row: Row<[(String, String)], String>) {
        let upcasters = Upcasters(row.input.map { Upcaster(from: $0.0, to: $0.1) { _ in [] } })
        do {
            try upcasters.check()
            Issue.record("nothing was thrown")
        } catch {
            #expect("\(error)" == "events of earlier releases cannot be read: \(row.expected)")
        }
        // A process that read with these upcasters nevertheless would not hang.
        let headers = [("ce_specversion", "1.0"), ("ce_type", "a.v1")]
        _ = try? CloudEvent(headers: headers.map { (name: $0.0, value: Array($0.1.utf8)) }, value: [], upcasters)
    }
}

extension ProductEvent {
    fileprivate var withoutDescription: ProductEvent {
        guard case .created(let created) = self else { return self }
        return .created(
            ProductCreated(
                productID: created.productID, userID: created.userID, name: created.name, description: "",
                price: created.price, images: created.images))
    }
}
