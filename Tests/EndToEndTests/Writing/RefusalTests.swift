import EventLoop
import HTTPClient
import HTTPMessages
import JSON
import Postgres
import Testing

extension EndToEnd {
    /// The outcome of a write that the fold refuses.
    @Suite struct RefusalTests {
        @Test func aReasonThatOnlyANewerProjectorKnowsIsAnOutcomeOfItsOwn() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                let answer = try await warelog.send(
                    .patch, "/products/\(id)", #"{"product_price":5}"#,
                    headers: ["Prefer": "respond-async", "If-Match": "\"9.0\""])
                let path = try #require(answer.headers["Location"])
                let token = answer.headers["Consistency-Token"] ?? ""
                let known = try await warelog.operation(path, token)
                #expect(known?["problem"]?["type"]?.string == "urn:warelog:problem:precondition-failed")
                try await warelog.setReason("too-heavy", of: path)
                let unknown = try await warelog.operation(path, token)
                try await warelog.setReason("version-mismatch", of: path)
                #expect(unknown?["status"]?.string == "refused")
                #expect(unknown?["problem"]?["type"]?.string == "urn:warelog:problem:refused")
                #expect(unknown?["problem"]?["detail"]?.string?.contains("too-heavy") == true)
            }
        }

        @Test func anEditThatNeverMeetsThePresentVersionIsTriedFourTimes() throws {
            try Environment.run { warelog in
                let id = try await warelog.create().id
                // The gateway sees the version before the present one, whenever it looks.
                let view = try await warelog.database.query(
                    "select pg_get_viewdef('warelog.product_states'::regclass) as sql"
                ).rows[0].text("sql")
                let behind = view.replacing(/(\w+\.)?version,/) { "\($0.output.1 ?? "")version - 1 as version," }
                try await warelog.database.simple("create or replace view warelog.product_states as \(behind)")
                let before = try await warelog.logEnds().values.reduce(0, +)
                let refused = try await warelog.send(
                    .put, "/products/\(id)", #"{"product_name":"late","product_price":1}"#)
                try await warelog.database.simple("create or replace view warelog.product_states as \(view)")
                #expect(refused.status == .serviceUnavailable && refused.headers["Retry-After"] != nil)
                #expect(try await warelog.logEnds().values.reduce(0, +) == before + 4)
            }
        }
    }
}

extension Environment {
    fileprivate func setReason(_ reason: String, of operation: String) async throws {
        let command = String(operation.dropFirst("/operations/".count))
        _ = try await database.query(
            "update \(try await liveSchema).commands set void_reason = $1 where command_id = $2",
            [.text(reason), .text(command)])
    }
}
