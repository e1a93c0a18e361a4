import Events
import HTTPMessages
import HTTPServer
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct GatewayTests {
    private final class Loads: Sendable {
        let count = Mutex(0)
    }

    @Test func aTraceGoesOnOnlyWhenItIsValid() {
        let id = "0af7651916cd43dd8448eb211c80319c"
        #expect(TraceContext("00-\(id)-b7ad6b7169203331-01").traceID == id)
        for header in [
            nil, "", "00-\(id)-0000000000000000-01", "01-\(id)-b7ad6b7169203331-01", "00-XYZ-b7ad6b7169203331-01",
        ] {
            let trace = TraceContext(header)
            #expect(trace.traceID != id && trace.traceID.utf8.count == 32)
            #expect(trace.traceparent.utf8.count == 55)
        }
    }

    @Test func everyProblemHasAnErrorStatusAndItsOwnName() {
        #expect(Set(Problem.Kind.allCases.map(\.rawValue)).count == Problem.Kind.allCases.count)
        for kind in Problem.Kind.allCases { #expect((400...599).contains(kind.status.code)) }
    }

    @Test(arguments: [
        (400, Problem.Kind.malformedRequest), (408, .requestTimeout), (413, .contentTooLarge), (414, .malformedRequest),
        (429, .tooManyRequests), (431, .malformedRequest), (500, .internalError), (503, .overloaded),
        (505, .malformedRequest),
    ])
    func whatTheServerRefusesHasAKind(_ row: (status: Int, kind: Problem.Kind)) {
        let kind = Problem.Kind(refusal: HTTPStatus(row.status))
        #expect(kind == row.kind)
        #expect(kind.isRetriable == [408, 429, 500, 503].contains(row.status))
    }

    @Test func anAnswerNamesSomeOfVeryManyFaults() {
        let faults = (0..<100_000).map { FieldFault("/\($0)", .unknownField, "is not a field of this resource") }
        #expect(Problem(InvalidDocument(faults)).faults.count == 100)
    }

    @Test func concurrentLoadsOfOneKeyAreOne() async throws {
        let flight = SingleFlight<Int, Int>()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await flight.value(for: 1) {
                    for await _ in gate {}; return 7
                }
            }
            group.addTask {
                try await flight.value(for: 2) {
                    open.finish(); return 8
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values.sorted() == [7, 8])
    }

    /// The client of the first caller disconnects, which does not affect the callers that wait.
    @Test func aLoadGoesOnWhileAnybodyWaits() async throws {
        let flight = SingleFlight<Int, Int>()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let loads = Loads()
        let load: @Sendable () async throws -> Int = {
            loads.count.withLock { $0 += 1 }
            begin.yield()
            for await _ in gate {}
            try Task.checkCancellation()
            return loads.count.withLock { $0 }
        }
        let first = Task { try await flight.value(for: 1) { try await load() } }
        var begins = begun.makeAsyncIterator()
        _ = await begins.next()
        let others = (0..<3).map { _ in Task { try await flight.value(for: 1) { try await load() } } }
        while flight.waitingCount(for: 1) < 3 { await Task.yield() }
        first.cancel()
        open.finish()
        await #expect(throws: CancellationError.self) { try await first.value }
        for other in others { #expect(try await other.value == 2) }
        #expect(flight.waitingCount(for: 1) == 0)
        // All callers get an error of the load itself.
        await #expect(throws: Problem.self) { try await flight.value(for: 1) { throw Problem(.unavailable) } }
        #expect(try await flight.value(for: 1) { 9 } == 9)
    }

    private static let typed: [(HTTPMethod, String?, Bool)] = [
        (.post, "application/json", true), (.post, "Application/JSON ; charset=utf-8", true), (.put, nil, true),
        (.post, "text/json", false), (.put, "application/x-www-form-urlencoded", false), (.post, "", false),
        (.put, "application/merge-patch+json", false), (.post, "application/json-patch+json", false),
        (.patch, "application/merge-patch+json", true), (.patch, "application/json; charset=utf-8", true),
        (.patch, "application/json-patch+json", false), (.patch, "application/vnd.api+json", false),
        (.patch, "text/plain", false),
    ]

    @Test(arguments: typed)
    func aDocumentHasAMediaTypeOfItsMethod(_ row: (method: HTTPMethod, type: String?, isTaken: Bool)) async throws {
        let headers: HTTPHeaders = row.type.map { ["Content-Type": $0] } ?? [:]
        let request = try #require(HTTPRequest(row.method, "/products/1", headers: headers, body: Array("{}".utf8)))
        let types = row.method == .patch ? RequestDocument.patchMediaTypes : RequestDocument.mediaTypes
        do {
            _ = try await RequestDocument.read(request, as: types, upTo: 10)
            #expect(row.isTaken)
        } catch let problem as Problem {
            #expect(!row.isTaken && problem.kind == .unsupportedMediaType)
            let list = types.joined(separator: ", ")
            #expect(problem.headers["Accept"] == list)
            #expect(problem.headers["Accept-Patch"] == (row.method == .patch ? list : nil))
            #expect(problem.headers["Accept-Post"] == (row.method == .post ? list : nil))
        }
    }
}
