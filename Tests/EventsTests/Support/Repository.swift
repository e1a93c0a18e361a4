import Events
import Foundation
import JSON

/// Files of this repository.
enum Repository {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
    }

    /// The names of the files in a directory.
    static func names(_ path: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(path).path))
    }
}

extension EventType {
    /// `ProductCreated.v1`: the name on the wire without the prefix that all have.
    var fileName: String { String(name.dropFirst("warelog.".count)) }

    /// The golden file of the event's data, which ends with a line break.
    func golden() throws -> [UInt8] { try Repository.bytes("Tests/EventsTests/Golden/\(fileName).json") }

    func goldenHeaders() throws -> [UInt8] { try Repository.bytes("Tests/EventsTests/Golden/\(fileName).headers.json") }

    func schema() throws -> JSONDocument {
        try JSONDocument(parsing: Repository.bytes("schema/events/\(fileName).json"))
    }
}
