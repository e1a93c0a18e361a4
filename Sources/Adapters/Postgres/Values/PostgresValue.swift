/// A parameter of a statement.
///
/// All values but `bytes` and arrays are sent as text without a declared type, so that the server infers the type from
/// the statement. Where it cannot, write a cast (`$1::bigint`). Arrays are sent in binary, as boolean[], bigint[] or
/// text[].
package enum PostgresValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    /// A value of any type in its text form: numeric, timestamptz, jsonb, uuid. Postgres' text has no U+0000.
    case text(String)
    case bytes([UInt8])
    case boolArray([Bool?])
    case intArray([Int64?])
    case textArray([String?])
}

extension PostgresValue {
    package static func int(_ value: Int) -> PostgresValue { .int(Int64(value)) }
    package static func int(_ value: Int64?) -> PostgresValue { value.map { .int($0) } ?? .null }
    package static func text(_ value: String?) -> PostgresValue { value.map { .text($0) } ?? .null }
    package static func bytes(_ value: [UInt8]?) -> PostgresValue { value.map { .bytes($0) } ?? .null }
}

extension PostgresValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
}
