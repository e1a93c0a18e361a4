import Testing

@testable import YAML

@Suite(.timeLimit(.minutes(20)))
struct YAMLTests {
    private static func parse(_ text: String) throws -> YAMLValue? { try YAMLDocument.parse(Array(text.utf8)) }

    @Test func aDocumentIsATree() throws {
        let text = """
            # a comment
            server: {port: 8080}
            kafka:
              brokers:
                - a:9092
                - "b:9092"
            empty:
            flag: yes
            """
        #expect(
            try Self.parse(text)
                == .mapping([
                    .init(
                        key: "server", value: .mapping([.init(key: "port", value: .scalar("8080"), line: 2)]), line: 2),
                    .init(
                        key: "kafka",
                        value: .mapping([
                            .init(key: "brokers", value: .sequence([.scalar("a:9092"), .scalar("b:9092")]), line: 4)
                        ]), line: 3),
                    .init(key: "empty", value: .scalar(""), line: 7),
                    .init(key: "flag", value: .scalar("yes"), line: 8),
                ]))
    }

    @Test(arguments: ["", "# nothing\n", "\n\n"])
    func aTextMayHaveNoDocument(_ text: String) throws { #expect(try Self.parse(text) == nil) }

    @Test(
        arguments: [
            ("a: b: c", 1), ("a: 1\n\tb: 2", 2), ("a: [1", 1), ("a: 1\na: 2", 2), ("a: &x 1\nb: *x", 1), ("a: *x", 1),
            ("a: !!str 1", 1), ("a: 1\n---\nb: 2", 2), ("? [a]\n: 1", 1), ("a: \"\u{0}\"", 1),
        ])
    func whatIsNotReadIsNamedByItsLine(_ row: (text: String, line: Int)) {
        do {
            Issue.record("\(try Self.parse(row.text) as Any)")
        } catch {
            #expect((error as? YAMLError).map { $0.line >= row.line && !$0.problem.isEmpty } == true, "\(error)")
        }
    }

    @Test func depthHasALimit() {
        #expect(throws: YAMLError.self) { try Self.parse(String(repeating: "[", count: 10_000)) }
        #expect(throws: YAMLError.self) {
            try Self.parse(String(repeating: "[", count: 100) + String(repeating: "]", count: 100))
        }
    }
}
