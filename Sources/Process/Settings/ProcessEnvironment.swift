import Glibc

/// The process's environment, with what a `.env` file in the working directory adds. What is set in the environment
/// wins over the file.
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

    /// Nil when there is no such file, or one that may not be read: then there is nothing in it for us.
    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
