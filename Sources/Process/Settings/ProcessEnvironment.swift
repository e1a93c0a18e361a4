import Glibc

/// The process's environment, completed by the files `.env` and `config.yaml` in the working directory, in this order.
package enum ProcessEnvironment {
    package static func read() throws(InvalidSettings) -> SettingValues {
        var variables: [String: String] = [:]
        if let text = contents(of: ".env") { variables = try DotEnv.parse(String(decoding: text, as: UTF8.self)) }
        var entry = environ
        while let pair = entry.pointee {
            let text = String(cString: pair)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return try settings(variables, file: contents(of: ConfigurationFile.name))
    }

    /// The variables, completed by the text of a `config.yaml`.
    static func settings(_ variables: [String: String], file: [UInt8]?) throws(InvalidSettings) -> SettingValues {
        var settings = SettingValues(variables)
        settings.resolveAliases()
        guard let file else { return settings }
        var completion = try ConfigurationFile.read(file)
        completion.resolveAliases()
        settings.complete(completion)
        return settings
    }

    /// Returns the file's bytes. Nil if the file does not exist or must not be read.
    private static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }
}
