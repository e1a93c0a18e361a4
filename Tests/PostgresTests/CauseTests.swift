import Postgres
import Testing

/// The change that has to happen before a call can succeed, by SQLSTATE.
@Suite struct CauseTests {
    @Test(arguments: [
        "08006", "57P01", "57P03", "40001", "40P01", "53300", "55P03", "57014",
    ])
    func someFaultsPass(_ sqlState: String) { #expect(PostgresError.cause(of: sqlState) == .passing) }

    @Test(arguments: ["25006", "53100", "53200", "28P01", "42501", "3D000", "58030", "XX001"])
    func someNeedAPerson(_ sqlState: String) { #expect(PostgresError.cause(of: sqlState) == .server) }

    @Test(arguments: ["42601", "42703", "22003", "23505", "WL001", "WL002", "3F000", "99999"])
    func theOthersAreOurs(_ sqlState: String) { #expect(PostgresError.cause(of: sqlState) == .program) }
}
