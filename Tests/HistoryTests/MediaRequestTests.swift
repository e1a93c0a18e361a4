import Testing

@testable import Warelog

@Suite(.timeLimit(.minutes(20)))
struct MediaRequestTests {
    @Test(arguments: [
        (["--plan"], 24 * 3600), (["--run", "--grace", "2h"], 7200), (["--run", "--grace", "120m"], 7200),
        (["--plan", "--grace", "7200s"], 7200), (["--run", "--grace", "0s", "--offline"], 0),
        (["--plan", "--offline"], 24 * 3600),
    ])
    func graceIsWhatItSays(_ row: (options: [String], seconds: Int)) throws {
        #expect(try MediaRequest(["gc"] + row.options).grace == .seconds(row.seconds))
    }

    @Test(arguments: [
        ["--grace", "7199s"], ["--grace", "119m"], ["--grace", "1h"], ["--grace", "0s"], ["--grace", "-3h"],
        ["--grace", "2"], ["--grace", "2d"], ["--grace", "-3h", "--offline"], ["--grace"],
    ])
    func aGraceThatIsTooShortOrNoneIsRefused(_ options: [String]) {
        for action in ["--plan", "--run"] {
            #expect(throws: WrongUsage.self) { try MediaRequest(["gc", action] + options) }
        }
    }
}
