import Events
import HTTPClient
import HTTPMessages
import JSON
import Telemetry
import Testing

extension EndToEnd {
    /// A past product is compared with the answers to reads at that time.
    @Suite struct PastTests {
        /// The answer to a read, and its time.
        private struct Reading {
            let body: [UInt8]
            let entityTag: String?
            let version: Int64
            let updatedAt: String
            let time: Timestamp

            init(_ answer: HTTPClientResponse, _ time: Timestamp) throws {
                body = answer.body
                entityTag = answer.headers["ETag"]
                version = try #require(answer.data?["version"]?.integer)
                updatedAt = try #require(answer.data?["updated_at"]?.string)
                self.time = time
            }
        }

        @Test(arguments: [1, 2] as [UInt64])
        func everyStateOfAProductIsFoundAgain(_ seed: UInt64) throws {
            try Environment.run { warelog in
                var random = RandomEdits(seed: seed)
                let id = try await warelog.create(images: ["missing.jpg"]).id
                _ = try await warelog.finished(id)
                var readings = [try Reading(try await warelog.send(.get, "/products/\(id)"), await warelog.pastNow())]
                for _ in 0..<25 {
                    let edit = random.edit { warelog.picture($0) }
                    let edited = try await warelog.send(.patch, "/products/\(id)", edit)
                    #expect(edited.status == .ok)
                    let token = try #require(edited.headers["Consistency-Token"])
                    _ = try await warelog.finished(id)
                    let now = try await warelog.send(.get, "/products/\(id)", headers: ["Consistency-Token": token])
                    readings.append(try Reading(now, await warelog.pastNow()))
                }
                #expect(Set(readings.map(\.version)).count > 15)

                for (index, reading) in readings.enumerated() {
                    var moments = ["at=\(reading.updatedAt)", "at=\(reading.time)"]
                    // An edit that changed nothing kept the version, and therefore the document.
                    let isOld = reading.version < readings[readings.count - 1].version
                    moments.append("at_version=\(reading.version)")
                    for moment in moments {
                        let past = try await warelog.send(.get, "/products/\(id)?\(moment)")
                        #expect(past.status == .ok && past.body == reading.body, "\(index) \(moment)")
                        #expect(past.headers["ETag"] == reading.entityTag && past.headers["X-Cache"] == nil)
                        let isSettled = past.headers["Cache-Control"]?.contains("immutable") == true
                        #expect(isSettled == (moment.hasPrefix("at_version") && isOld))
                    }
                }
            }
        }

        @Test func whatIsNotThereThenIsNotFound() throws {
            try Environment.run { warelog in
                let before = await warelog.pastNow()
                let created = try await warelog.create()
                let id = try created.id
                let tag = try #require(created.headers["ETag"])
                let there = await warelog.pastNow()
                #expect(try await warelog.send(.delete, "/products/\(id)").status == .noContent)
                let rows: [(String, Int, String)] = [
                    ("at=\(before)", 404, "product-not-found"), ("at=\(there)", 200, ""),
                    ("at=9999-12-31T23:59:59Z", 404, "product-not-found"), ("at_version=1", 200, ""),
                    ("at_version=2", 404, "product-not-found"), ("at_version=3", 404, "version-not-found"),
                    ("at_version=1&at=\(there)", 400, "invalid-parameter"), ("at=now", 400, "invalid-parameter"),
                    ("at=0000-01-01T00:00:00%2B23:59", 404, "product-not-found"),
                ]
                for (query, status, problem) in rows {
                    let answer = try await warelog.send(.get, "/products/\(id)?\(query)")
                    #expect(answer.status.code == status, "\(query)")
                    if status != 200 { #expect(answer.json?["type"]?.string == "urn:warelog:problem:\(problem)") }
                }
                let path = "/products/\(id)?at_version=1"
                #expect(try await warelog.send(.get, path, headers: ["If-None-Match": tag]).status == .notModified)
                #expect(
                    try await warelog.send(.get, path, headers: ["If-Match": "\"9.9\""]).status == .preconditionFailed)
                let head = try await warelog.send(.head, path)
                #expect(head.status == .ok && head.headers["ETag"] == tag && head.body.isEmpty)
                #expect(try await warelog.send(.get, "/products/9007199254740991?at_version=1").status == .notFound)
            }
        }
    }
}

extension Environment {
    /// A time after everything that has happened and before everything that will happen.
    func pastNow() async -> Timestamp {
        func clock() -> Timestamp { WallClock.now() }
        let now = clock()
        // Times of events are in milliseconds, and the next event must be in another millisecond.
        while clock() <= now { await Task.yield() }
        return now
    }
}

/// Edits that are derived from a seed.
struct RandomEdits: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A merge patch of one or two fields.
    mutating func edit(picture: (String) -> String) -> String {
        let pictures = ["other.jpg", "drawing.png", "missing.jpg", "page.jpg"]
        var fields: Set<String> = []
        for _ in 0..<Int.random(in: 1...2, using: &self) {
            switch Int.random(in: 0..<5, using: &self) {
            case 0: fields.insert("\"product_name\":\"Nâme \(Int.random(in: 0..<5, using: &self))\"")
            case 1: fields.insert("\"product_description\":\"\(Int.random(in: 0..<9, using: &self))\"")
            case 2: fields.insert("\"product_price\":\(Int.random(in: 1..<6, using: &self)).25")
            default:
                let chosen = pictures.filter { _ in Bool.random(using: &self) }.shuffled(using: &self)
                let urls = chosen.map { "\"\(picture($0))\"" }.joined(separator: ",")
                return "{\"product_images\":[\(urls)]}"
            }
        }
        let names = Dictionary(grouping: fields) { $0.split(separator: ":").first ?? "" }
        return "{\(names.values.compactMap(\.first).sorted().joined(separator: ","))}"
    }
}
