import Testing

/// One row of a table, named by a sentence.
struct Row<Input: Sendable, Expected: Sendable>: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: Input
    let expected: Expected

    init(_ sentence: String, _ input: Input, _ expected: Expected) {
        testDescription = sentence
        self.input = input
        self.expected = expected
    }
}

extension Row where Expected == Never? {
    /// A row of a table whose rows all have the same expected result.
    init(_ sentence: String, _ input: Input) { self.init(sentence, input, nil) }
}
