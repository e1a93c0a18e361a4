import CLibpq
import Glibc

/// The parameters of one statement in the form that libpq takes. The buffer is reused for the next statement, so that
/// it seldom allocates.
struct ParameterBuffer {
    private var bytes: [UInt8] = []
    /// The start of each value in `bytes`, or nil for NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [Oid] = []

    /// The object ids of types and of their arrays, from pg_type.dat.
    private enum OID {
        static let bool: Oid = 16, boolArray: Oid = 1000
        static let bytea: Oid = 17
        static let int8: Oid = 20, int8Array: Oid = 1016
        static let text: Oid = 25, textArray: Oid = 1009
    }

    private static let keptCapacity = 1 << 20

    mutating func encode(_ values: [PostgresValue]) {
        removeAll()
        for value in values {
            guard value != .null else {
                add(start: nil, format: 0, type: 0)
                continue
            }
            let start = bytes.count
            var (format, type): (Int32, Oid) = (0, 0)
            switch value {
            case .null: break
            case .bool(let value): append(value)
            case .int(let value): append(value)
            case .double(let value): bytes.append(contentsOf: "\(value)".utf8)
            case .text(let value): bytes.append(contentsOf: value.utf8)
            case .bytes(let value):
                (format, type) = (1, OID.bytea)
                bytes.append(contentsOf: value)
            case .boolArray(let values):
                (format, type) = (1, OID.boolArray)
                PostgresArray.append(values, of: OID.bool, to: &bytes) { value, bytes in
                    PostgresArray.append(Int32(1), to: &bytes)
                    bytes.append(value ? 1 : 0)
                }
            case .intArray(let values):
                (format, type) = (1, OID.int8Array)
                PostgresArray.append(values, of: OID.int8, to: &bytes) { value, bytes in
                    PostgresArray.append(Int32(8), to: &bytes)
                    PostgresArray.append(value, to: &bytes)
                }
            case .textArray(let values):
                (format, type) = (1, OID.textArray)
                PostgresArray.append(values, of: OID.text, to: &bytes) { text, bytes in
                    PostgresArray.append(Int32(truncatingIfNeeded: text.utf8.count), to: &bytes)
                    bytes.append(contentsOf: text.utf8)
                }
            }
            add(start: start, format: format, type: type)
            bytes.append(0)  // libpq takes text parameters as C strings
        }
    }

    /// Calls `body` with C arrays that are valid while it runs.
    func withPointers<Result>(
        _ body: (
            _ count: Int32, _ types: UnsafePointer<Oid>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
            _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        guard !starts.isEmpty else { return body(0, nil, nil, nil, nil) }
        return bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: starts.count) { values in
                for (index, start) in starts.enumerated() {
                    values.initializeElement(
                        at: index,
                        to: start.flatMap { (bytes.baseAddress! + $0).assumingMemoryBound(to: CChar.self) })
                }
                return types.withUnsafeBufferPointer { types in
                    lengths.withUnsafeBufferPointer { lengths in
                        formats.withUnsafeBufferPointer { formats in
                            body(
                                Int32(starts.count), types.baseAddress, values.baseAddress, lengths.baseAddress,
                                formats.baseAddress)
                        }
                    }
                }
            }
        }
    }

    private mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
    }

    private mutating func add(start: Int?, format: Int32, type: Oid) {
        starts.append(start)
        lengths.append(start.map { Int32(bytes.count - $0) } ?? 0)
        formats.append(format)
        types.append(type)
    }

    private mutating func append(_ value: Bool) { bytes.append(value ? UInt8(ascii: "t") : UInt8(ascii: "f")) }

    private mutating func append(_ value: Int64) { bytes.append(contentsOf: String(value).utf8) }
}

extension PostgresStatement {
    /// Throws if libpq or the protocol cannot carry the parameters, before the first byte is sent.
    func validate() throws(PostgresError) {
        // "PQ_QUERY_PARAM_MAX_LIMIT": the protocol counts parameters in 16 bits.
        guard parameters.count <= Int(PQ_QUERY_PARAM_MAX_LIMIT) else {
            throw PostgresError(
                .invalid, call: "parameters", message: "more than \(PQ_QUERY_PARAM_MAX_LIMIT) parameters")
        }
        for (index, parameter) in parameters.enumerated() where !parameter.isSendable {
            throw PostgresError(.invalid, call: "parameter $\(index + 1)", message: "text with U+0000, or 1 GB or more")
        }
    }
}

extension PostgresValue {
    /// Throws for text with U+0000, and for values beyond Postgres' limit of 1 GB.
    fileprivate var isSendable: Bool {
        let limit = 1 << 30
        return switch self {
        case .text(let text): text.utf8.count < limit && !text.containsNUL
        case .textArray(let texts):
            texts.allSatisfy { !($0?.containsNUL ?? false) }
                && texts.reduce(0) { $0 + 4 + ($1?.utf8.count ?? 0) } < limit
        case .bytes(let bytes): bytes.count < limit
        case .intArray(let numbers): numbers.count < limit / 12
        case .boolArray(let values): values.count < limit / 5
        case .null, .bool, .int, .double: true
        }
    }
}

extension String {
    fileprivate var containsNUL: Bool {
        utf8.withContiguousStorageIfAvailable { utf8 in
            utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false
        } ?? utf8.contains(0)
    }
}
