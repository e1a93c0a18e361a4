import HTTPMessages
import HTTPServer
import Synchronization

/// An object store in memory that can be unavailable, and that counts concurrent requests. It accepts every signature.
final class ObjectStore: Sendable {
    private struct State {
        var objects: [String: [UInt8]] = [:]
        var puts: [String: Int] = [:]
        var isAway = false
        /// The requests since the store was unavailable last, and how many of them came before the first of them
        /// succeeded.
        var putsUnderWay = 0
        var mostPutsBeforeTheFirstWorked = 0
        var hasWorked = false
    }

    private let state = Mutex(State())
    private let refusals: AsyncStream<Void>
    private let refusal: AsyncStream<Void>.Continuation

    init() {
        (refusals, refusal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1000))
    }

    func goAway() { state.withLock { $0.isAway = true } }
    func comeBack() {
        state.withLock { state in
            state.isAway = false
            state.hasWorked = false
            state.mostPutsBeforeTheFirstWorked = 0
        }
    }

    /// Returns when this many requests have been refused.
    func awaitRefusals(_ count: Int) async {
        var count = count
        for await _ in refusals {
            count -= 1
            if count == 0 { return }
        }
    }

    var puts: [String: Int] { state.withLock { $0.puts } }
    var mostPutsBeforeTheFirstWorked: Int { state.withLock { $0.mostPutsBeforeTheFirstWorked } }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let body = (try? await request.body.collect(upTo: .max)) ?? []
        let path = request.path
        if state.withLock({ $0.isAway }) {
            refusal.yield()
            return HTTPResponse(.serviceUnavailable)
        }
        switch request.method {
        case .put where request.segments.count > 1:
            state.withLock { state in
                state.putsUnderWay += 1
                if !state.hasWorked {
                    state.mostPutsBeforeTheFirstWorked = max(state.mostPutsBeforeTheFirstWorked, state.putsUnderWay)
                }
            }
            await Task.yield()
            state.withLock { state in
                state.putsUnderWay -= 1
                state.hasWorked = true
                state.objects[path] = body
                state.puts[path, default: 0] += 1
            }
            return HTTPResponse(.ok)
        case .head where request.segments.count > 1:
            guard let bytes = state.withLock({ $0.objects[path] }) else { return HTTPResponse(.notFound) }
            return HTTPResponse(.ok, body: .bytes(bytes))
        default: return HTTPResponse(.ok)
        }
    }
}
