import Kafka
import Testing

/// A record that cannot be folded, derived from one that can.
struct Poison: Sendable, CustomTestStringConvertible {
    /// A record of `products.events` before it is written.
    struct Draft {
        let key: String
        var value: [UInt8]?
        var headers: [KafkaHeader]

        mutating func set(_ name: String, _ value: String) {
            headers.removeAll { $0.name == name }
            headers.append(KafkaHeader(name: name, text: value))
        }
    }

    let testDescription: String
    let change: @Sendable (inout Draft) -> Void

    /// Records that another writer could append, and records that Postgres would refuse.
    static let all: [Poison] = [
        Poison("a value that is no JSON") { $0.value = Array("{".utf8) },
        Poison("a tombstone") { $0.value = nil },
        Poison("the data of another product") { $0.value = Array(#"{"product_id":1,"product_name":"x"}"#.utf8) },
        Poison("NUL in a text") { $0.value = Array(Self.data($0, #""product_name":"a\u0000b""#).utf8) },
        Poison("a price with three decimals") { $0.value = Array(Self.data($0, #""product_price":1.001"#).utf8) },
        Poison("an unknown type that is critical") {
            $0.set("ce_type", "warelog.ProductRenamed.v9")
            $0.set("ce_critical", "true")
        },
        Poison("a command that no index can hold") { $0.set("ce_commandid", Self.noise(6000)) },
        Poison("an idempotency key that no index can hold") {
            $0.set("ce_idempotencykey", Self.noise(6000))
            $0.set("ce_requestdigest", "x")
        },
        Poison("a time that there is not") { $0.set("ce_time", "2026-02-30T00:00:00Z") },
    ]

    private init(_ description: String, _ change: @escaping @Sendable (inout Draft) -> Void) {
        testDescription = description
        self.change = change
    }

    private static func data(_ draft: Draft, _ member: String) -> String {
        #"{"product_id":\#(draft.key),\#(member)}"#
    }

    /// Text that compression does not make shorter.
    private static func noise(_ count: Int) -> String {
        String((0..<count).map { _ in Character(UnicodeScalar(UInt8.random(in: 0x21...0x7E))) })
    }
}
