import Foundation

/// Standard output or standard error of the process.
struct StandardStream: Sendable {
    let descriptor: Int32

    static let output = StandardStream(descriptor: STDOUT_FILENO)
    static let error = StandardStream(descriptor: STDERR_FILENO)

    func write(_ text: String) { _ = deliver(text) }

    /// Writes the text; returns false when nobody reads the stream any more.
    func deliver(_ text: String) -> Bool {
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            try file.write(contentsOf: Data(text.utf8))
            return true
        } catch {
            return false
        }
    }

    func line(_ text: String) { write(text + "\n") }
}
