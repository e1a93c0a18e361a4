/// A parameter of a statement.
///
/// What is not `bytes` or an array travels as text without a declared type, so that the server gives it the type that
/// its place in the statement asks for; where that is not clear to it, write a cast (`$1::bigint`). Arrays are binary:
/// boolean[], bigint[], text[].
package enum PostgresValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    /// Any type in its text form: numeric, timestamptz, jsonb, uuid. U+0000 does not exist in Postgres' text.
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
