/// A node of a YAML document. Scalars are text, whatever YAML takes them for.
package indirect enum YAMLValue: Sendable, Equatable {
    case scalar(String)
    case sequence([YAMLValue])
    case mapping([Member])

    package struct Member: Sendable, Equatable {
        package let key: String
        package let value: YAMLValue
        /// The line of the key, from 1.
        package let line: Int
    }
}

/// The reason why a text is not read as YAML. The description contains nothing of the text.
package struct YAMLError: Error, Equatable, CustomStringConvertible {
    package let line: Int
    package let problem: String
    package var description: String { "line \(line): \(problem)" }
}
