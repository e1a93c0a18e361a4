import Glibc

/// The name of a process that holds something, for people: `projector on HOST, process 4711`.
package enum Holder {
    package static func name(of program: String) -> String {
        let host = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let start = buffer.baseAddress, gethostname(start, 255) == 0 else { return "an unknown host" }
            buffer[255] = 0
            return String(cString: start)
        }
        return "\(program) on \(host), process \(getpid())"
    }
}
