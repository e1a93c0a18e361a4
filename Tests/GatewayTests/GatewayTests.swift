import Events
import HTTPMessages
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20)))
struct GatewayTests {
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

    @Test(arguments: [
        ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/merge-patch+json", true),
        ("text/json", false), ("application/x-www-form-urlencoded", false), ("", false),
    ])
    func onlyJSONIsJSON(_ row: (String, Bool)) { #expect(MediaType.isJSON(row.0) == row.1) }
}
