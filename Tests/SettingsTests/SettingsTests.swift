import Base
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(20)))
struct SettingsTests {
    private enum Colour: String, CaseIterable { case red, green }

    @Test func everyFaultIsInTheOneMessage() {
        var reader = SettingsReader(["PORT": "99999", "FLAG": "maybe", "COLOUR": "blue", "EMPTY": ""])
        _ = reader.port("PORT")
        _ = reader.string("EMPTY")
        _ = reader.string("MISSING")
        _ = reader.boolean("FLAG", default: true)
        _ = reader.choice("COLOUR", default: Colour.red)
        _ = reader.integer("COUNT", in: 1...9)
        #expect(
            throws: InvalidSettings(faults: [
                "PORT must be an integer from 1 to 65535", "EMPTY is not set", "MISSING is not set",
                "FLAG must be true or false", "COLOUR must be one of red, green", "COUNT is not set",
            ])
        ) { try reader.finish() }
    }

    @Test func whatIsSetIsRead() throws {
        var reader = SettingsReader(["PORT": "8080", "FLAG": "Yes", "COLOUR": "green", "SECRET": "hush"])
        let port = reader.port("PORT")
        let flag = reader.boolean("FLAG", default: false)
        let colour = reader.choice("COLOUR", default: Colour.red)
        let count = reader.integer("COUNT", in: 1...9, default: 7)
        let parsed = reader.parsed("SECRET", default: 0, expected: "") { _ in 3 }
        #expect(port == 8080 && flag && colour == .green && count == 7 && parsed == 3)
        let secret = reader.secret("SECRET")
        #expect("\(secret) \(String(reflecting: secret))" == "••• •••" && secret.revealed == "hush")
        try reader.finish()
    }

    @Test func aMalformedValueIsNeverShown() {
        var reader = SettingsReader(["NETWORKS": "hunter2"])
        _ = reader.parsed("NETWORKS", default: 0, expected: "a number") { Int($0) }
        #expect(throws: InvalidSettings(faults: ["NETWORKS must be a number"])) { try reader.finish() }
    }

    @Test func dotEnvFilesAreReadAsPeopleWriteThem() throws {
        let text = """
            # a comment
            PLAIN=one
            export EXPORTED=two # behind it
            QUOTED="three # four"
            SINGLE='five'
            HASH=six#seven

            EMPTY=
            """
        #expect(
            try DotEnv.parse(text) == [
                "PLAIN": "one", "EXPORTED": "two", "QUOTED": "three # four", "SINGLE": "five", "HASH": "six#seven",
                "EMPTY": "",
            ])
    }

    @Test func aLineThatIsNoSettingIsNamedByItsNumber() {
        #expect(throws: InvalidSettings(faults: [".env line 2 is not of the form NAME=value"])) {
            try DotEnv.parse("A=1\nwhat?\n")
        }
    }
}
