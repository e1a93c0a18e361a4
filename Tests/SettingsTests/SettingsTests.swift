import Base
import Foundation
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

    @Test(
        arguments: [
            (["DB_PASS": "a"], ["DB_PASSWORD": "a"]), (["DB_PASS": "a", "DB_PASSWORD": "b"], ["DB_PASSWORD": "b"]),
            (["DB_PASS": "a", "DB_PASSWORD": ""], ["DB_PASSWORD": "a"]),
            (
                ["AWS_REGION": "r", "AWS_ACCESS_KEY": "k", "AWS_SECRET_KEY": "s"],
                ["S3_REGION": "r", "S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s"]
            ),
            (["AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"], ["S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s"]),
            (["REDIS_HOST": "h:1"], ["REDIS_HOST": "h", "REDIS_PORT": "1"]),
            (["REDIS_HOST": "[::1]:1"], ["REDIS_HOST": "::1", "REDIS_PORT": "1"]),
            (["REDIS_HOST": "::1", "REDIS_PORT": "7"], ["REDIS_HOST": "::1", "REDIS_PORT": "7"]),
            (["QUEUE_HOST": "h"], ["KAFKA_BROKERS": "h:9092"]),
            (["QUEUE_HOST": "h", "QUEUE_PORT": "1"], ["KAFKA_BROKERS": "h:1"]),
            (["QUEUE_HOST": "h", "KAFKA_BROKERS": "k:2"], ["KAFKA_BROKERS": "k:2"]),
        ] as [([String: String], [String: String])])
    func otherNamesStandIn(_ row: (given: [String: String], found: [String: String])) throws {
        let settings = try ProcessEnvironment.settings(row.given, file: nil)
        for (name, value) in row.found { #expect(settings[name] == value) }
    }

    private static let file = """
        server: {port: 9000}
        database: {host: db, port: 5433, dbname: shop}
        queue: {host: broker, port: 9093}
        redis: {host: "cache:6380"}
        aws: {region: eu-central-1}
        IMAGE_WEBP: no
        images: {renditions: "full:100"}
        """

    @Test func theEnvironmentGoesBeforeTheFile() throws {
        let settings = try ProcessEnvironment.settings(
            ["DB_PORT": "6000", "DB_HOST": ""], file: Array(Self.file.utf8))
        let expected = [
            "PORT": "9000", "DB_HOST": "db", "DB_PORT": "6000", "DB_NAME": "shop", "KAFKA_BROKERS": "broker:9093",
            "REDIS_HOST": "cache", "REDIS_PORT": "6380", "S3_REGION": "eu-central-1", "IMAGE_WEBP": "no",
            "IMAGE_RENDITIONS": "full:100",
        ]
        for (name, value) in expected { #expect(settings[name] == value, "\(name)") }
    }

    @Test func aFaultOfTheFileIsNamedByItsPath() throws {
        var reader = SettingsReader(
            try ProcessEnvironment.settings([:], file: Array("database: {port: many}\nredis: {host: 'h:x'}".utf8)))
        _ = reader.port("DB_PORT")
        _ = reader.port("REDIS_PORT")
        _ = reader.string("DB_HOST")
        #expect(
            throws: InvalidSettings(faults: [
                "config.yaml: database.port must be an integer from 1 to 65535",
                "config.yaml: redis.host must be an integer from 1 to 65535", "DB_HOST is not set",
            ])
        ) { try reader.finish() }
    }

    @Test(
        arguments: [
            ("database: {hots: a}", "config.yaml: database.hots is not a setting"),
            ("a: {b: {c: 1}}", "config.yaml: a.b.c is not a setting"),
            ("database: {name: a, dbname: b}", "config.yaml: database.dbname is set twice"),
            ("kafka: {brokers: [[a]]}", "config.yaml: kafka.brokers must be a list of texts"),
            ("- a", "config.yaml must be a mapping"), ("a: *b", "config.yaml: line 1: aliases are not supported"),
        ])
    func whatIsNoSettingIsNamedByItsPath(_ row: (text: String, fault: String)) {
        #expect(throws: InvalidSettings(faults: [row.fault])) {
            try ProcessEnvironment.settings([:], file: Array(row.text.utf8))
        }
    }

    @Test func theExampleIsRead() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("examples/config.yaml")
        let settings = try ProcessEnvironment.settings([:], file: Array(try Data(contentsOf: path)))
        #expect(settings["KAFKA_BROKERS"] == "localhost:9092" && settings["LOG_LEVEL"] == "info")
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
