import Events
import Postgres

/// The state of a dead letter: the operator's decision, and the present status of the image.
struct DeadLetterState: Sendable {
    /// `redriven` or `discarded`.
    let decision: String?
    /// The operator who decided, the reason, and the time.
    let actor: String?
    let reason: String?
    let decidedAt: String?
    /// The status of the image; nil when the product does not have it any more.
    let image: String?

    var isFailed: Bool { image == "failed" }
    /// Whether the letter waits for a decision.
    var isOpen: Bool { decision == nil && isFailed }

    /// One word: `open`, the decision, or the status of the image when there was no decision.
    var word: String { decision ?? (isFailed ? "open" : image ?? "gone") }

    static func load(
        of letters: [DeadLetter], _ connection: PostgresConnection
    ) async throws(PostgresError) -> [EventID: DeadLetterState] {
        let decisions = try await connection.query(
            """
            select id, decision, actor, reason,
                to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
            from warelog.dead_letter_decisions where id = any($1::text[])
            """, [.textArray(letters.map(\.id.text))])
        var decided: [String: PostgresRow] = [:]
        for row in decisions.rows { decided[try row.text("id")] = row }
        let images = try await connection.query(
            """
            select i->>'id' as id, i->>'status' as status
            from warelog.product_states p, json_array_elements(p.images::json) i
            where p.id = any($1::bigint[]) and not p.is_deleted
            """, [.intArray(letters.map(\.productID.value))])
        var statuses: [String: String] = [:]
        for row in images.rows { statuses[try row.text("id")] = try row.text("status") }
        var states: [EventID: DeadLetterState] = [:]
        for letter in letters {
            let row = decided[letter.id.text]
            states[letter.id] = DeadLetterState(
                decision: try row?.text("decision"), actor: try row?.text("actor"), reason: try row?.text("reason"),
                decidedAt: try row?.text("at"), image: statuses[letter.imageID.text])
        }
        return states
    }

    /// Records a decision, which replaces an earlier one.
    static func record(
        _ decision: String, _ letter: DeadLetter, actor: String, reason: String, _ connection: PostgresConnection
    ) async throws(PostgresError) {
        _ = try await connection.query(
            """
            insert into warelog.dead_letter_decisions (id, product_id, decision, actor, reason)
            values ($1, $2, $3, $4, $5)
            on conflict (id) do update set decision = excluded.decision, actor = excluded.actor,
                reason = excluded.reason, decided_at = excluded.decided_at
            """,
            [.text(letter.id.text), .int(letter.productID.value), .text(decision), .text(actor), .text(reason)])
    }
}
