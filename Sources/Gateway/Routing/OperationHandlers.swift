import EventLog
import HTTPMessages
import HTTPServer
import JSON
import Postgres

/// `/operations/{command id}`: the outcome of a command that was answered with 202.
struct OperationHandlers: Sendable {
    let pool: PostgresPool
    let ids: CommandIDs
    let consistency: ReadConsistency

    /// `GET /operations/{id}`. A command that is not folded yet is pending; its id proves that a gateway made it.
    /// One whose event an operator has to look at before it can be folded is quarantined.
    func show(_ request: HTTPRequest, id: String) async throws -> RoutedResponse {
        try request.refuseParameters()
        _ = try await consistency.await(request)
        guard id.utf8.count <= 64, !id.utf8.contains(0) else { throw Problem(.operationNotFound) }
        let rows = try await translatingReadModelErrors {
            try await pool.query("select \(Decision.columns) from warelog.commands where command_id = $1", [.text(id)])
                .rows
        }
        let decision = try rows.first.map { try Decision(row: $0) }
        let quarantined = decision == nil ? try await quarantined(id) : nil
        guard decision != nil || quarantined != nil || ids.isOurs(id) else { throw Problem(.operationNotFound) }
        return .data("Operation retrieved successfully") { json in
            json.object { Self.write(id, decision, quarantined, below: request.prefix, to: &$0) }
        }
    }

    /// The path of the resource whose event is in quarantine; nil if the command's event is not.
    private func quarantined(_ id: String) async throws -> String? {
        let rows = try await translatingReadModelErrors {
            try await pool.query("select topic, key from warelog.quarantine where command_id = $1 limit 1", [.text(id)])
                .rows
        }
        return try rows.first.map { row in
            "/\(try row.text("topic") == Topic.users.name ? "users" : "products")/\(try row.text("key"))"
        }
    }

    private static func write(
        _ id: String, _ decision: Decision?, _ quarantined: String?, below prefix: String, to json: inout JSONWriter
    ) {
        json.member("id", id)
        guard let decision else {
            json.member("status", quarantined == nil ? "pending" : "quarantined")
            return json.member("resource", quarantined.map { prefix + $0 })
        }
        let problem = decision.problem
        json.member("status", problem == nil ? "accepted" : "refused")
        json.member("resource", prefix + decision.location)
        json.member("version", decision.version)
        if let problem {
            json.key("problem")
            json.object { problem.writeMembers(to: &$0) }
        }
    }
}
