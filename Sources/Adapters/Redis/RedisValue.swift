/// A reply, copied out of hiredis' memory.
package enum RedisValue: Sendable, Equatable {
    case null
    case string([UInt8])
    case int(Int64)
    case array([RedisValue])
    /// `OK`, `PONG`, `QUEUED`, …
    case status(String)
    /// An error inside an array, as in the reply to `EXEC`. A command that fails as a whole throws.
    case error(String)
}

extension RedisValue {
    package var bytes: [UInt8]? {
        if case .string(let bytes) = self { bytes } else { nil }
    }

    package var integer: Int64? {
        if case .int(let value) = self { value } else { nil }
    }

    package var elements: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The text of a string or a status.
    package var text: String? {
        switch self {
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        case .null, .int, .array, .error: nil
        }
    }

    package var isNull: Bool { self == .null }
}
