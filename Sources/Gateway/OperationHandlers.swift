import HTTPMessages
import HTTPServer
import JSON
import Postgres

/// `/operations/{command id}`: what became of a command that was answered with 202.
struct OperationHandlers: Sendable {
    private let pool: PostgresPool

    init(_ pool: PostgresPool) { self.pool = pool }

    /// `GET /operations/{id}`. A command that is not folded yet cannot be told from one that never was: both are
    /// pending, unless the id cannot be one of ours.
    func show(id: String) async throws -> Answer {
        guard id.utf8.count == 36, id.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw Problem(.operationNotFound) }
        let row: PostgresRow?
        do throws(PostgresError) {
            row = try await pool.query(
                "select resource_id, void_reason from warelog.commands where command_id = $1", [.text(id)]
            ).rows.first
        } catch {
            guard error.isAway else { throw error }
            throw Problem.unavailable("The read model cannot be read at the moment.")
        }
        let resource = try row.map { "/products/\(try $0.int("resource_id"))" }
        let refusal = try row?.optionalText("void_reason")
        return Answer(
            HTTPResponse(
                .ok, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
                body: .bytes(
                    JSONWriter.object { json in
                        json.key("data")
                        json.object { json in
                            json.member("id", id)
                            json.member("status", row == nil ? "pending" : refusal == nil ? "accepted" : "refused")
                            json.member("resource", resource)
                            if let refusal { json.member("reason", refusal) }
                        }
                        json.member("message", "Operation retrieved successfully")
                    })))
    }
}
