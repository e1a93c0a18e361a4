import CLibpq

/// Owns a `PGresult`.
///
/// Sendable: "A PGresult is normally … read-only after creation, and so can be passed around freely between threads"
/// (libpq, "Behavior in Threaded Programs").
final class ResultStorage: @unchecked Sendable {
    private let raw: OpaquePointer
    let columns: [String]
    let rowCount: Int

    /// Takes ownership of `raw`.
    init(_ raw: OpaquePointer) {
        self.raw = raw
        columns = (0..<PQnfields(raw)).map { column in PQfname(raw, column).map { String(cString: $0) } ?? "" }
        rowCount = Int(PQntuples(raw))
    }

    deinit { PQclear(raw) }

    var status: ExecStatusType { PQresultStatus(raw) }

    var affected: Int { PQcmdTuples(raw).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// The text of a value, valid as long as this object; nil for NULL. `row` and `column` must be in range.
    func value(_ row: Int, _ column: Int) -> UnsafeBufferPointer<UInt8>? {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(raw, row, column) == 0, let text = PQgetvalue(raw, row, column) else { return nil }
        let bytes = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
        return UnsafeBufferPointer(start: bytes, count: Int(PQgetlength(raw, row, column)))
    }

    /// The error that this result reports; nil when it reports none.
    func error(call: String) -> PostgresError? {
        switch status {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: break
        default: return nil
        }
        let state = field(warelog_pq_sqlstate())
        // An error without fields is libpq's own: the connection is broken.
        let message = field(warelog_pq_primary_message()) ?? firstLine(PQresultErrorMessage(raw))
        // 57P0x end the connection. Whether the server committed before is not known.
        let isEnd = state?.hasPrefix("57P0") ?? true
        return PostgresError(
            isEnd ? .connectionLost : .server, call: call, sqlState: state, message: message,
            constraint: field(warelog_pq_constraint()), mayHaveTakenEffect: isEnd)
    }

    private func field(_ code: Int32) -> String? {
        PQresultErrorField(raw, code).map { String(cString: $0) }
    }
}

/// The first line of a message of libpq, which adds explanations in further lines.
func firstLine(_ message: UnsafePointer<CChar>?) -> String {
    guard let message else { return "" }
    let text = String(cString: message)
    return text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? text
}
