import Glibc

/// The process's environment, completed by a `.env` file in the working directory. The environment overrides the file.
package enum ProcessEnvironment {
    package static func read() throws(InvalidSettings) -> [String: String] {
        var settings: [String: String] = [:]
        if let text = contents(of: ".env") { settings = try DotEnv.parse(text) }
        var entry = environ
        while let pair = entry.pointee {
            let text = String(cString: pair)
            if let equals = text.firstIndex(of: "=") {
                settings[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return settings
    }

    /// Returns the file's text. Nil if the file does not exist or must not be read.
    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
