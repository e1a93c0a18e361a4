import EventLoop
import HTTPClient
import HTTPMessages
import JSON
import Synchronization

/// A flag that is raised once.
final class Flag: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .acquiring) }
    func raise() { state.store(true, ordering: .releasing) }
}

/// Readers and writers that work through two gateways until told to stop. It records their answers, and every state
/// that went backwards.
final class Traffic: Sendable {
    struct Record: Sendable {
        /// The number of answers by request and status, such as `write 200`.
        var answers: [String: Int] = [:]
        /// Sentences about observations that must not occur.
        var faults: [String] = []
    }

    private struct Seen: Comparable {
        let version: Int64
        let mediaRevision: Int64

        init?(_ product: JSONValue?) {
            guard let version = product?["version"]?.integer else { return nil }
            self.version = version
            mediaRevision = product?["media_revision"]?.integer ?? 0
        }

        static func < (left: Seen, right: Seen) -> Bool {
            left.version < right.version || left.mediaRevision < right.mediaRevision
        }
    }

    private static let gateways: [Processes.Name] = [.gateway, .secondGateway]

    private let warelog: Environment
    private let products: [Int64]
    private let isOver = Flag()
    private let record = Mutex(Record())

    init(_ warelog: Environment, _ products: [Int64]) {
        self.warelog = warelog
        self.products = products
    }

    var answers: [String: Int] { record.withLock { $0.answers } }

    /// Runs the traffic until `body` returns.
    func run(during body: @Sendable () async throws -> Void) async throws -> Record {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, product) in products.enumerated() {
                group.addTask { try await self.write(to: product, index) }
            }
            for reader in 0..<4 { group.addTask { try await self.read(reader) } }
            group.addTask { try await self.list() }
            do {
                try await body()
            } catch {
                isOver.raise()
                throw error
            }
            isOver.raise()
            while try await group.next() != nil {}
        }
        return record.withLock { $0 }
    }

    /// Each write is read through the other gateway, with its token.
    private func write(to product: Int64, _ index: Int) async throws {
        var round = index
        var last: Int64 = 0
        while !isOver.isRaised {
            round += 1
            let written = try await send(
                "write", .patch, "/products/\(product)", #"{"product_price":\#(round % 1000 + 1).\#(10 + round % 90)}"#,
                headers: ["Prefer": "wait=30"], to: Self.gateways[round % 2])
            guard let version = written.data?["version"]?.integer else { continue }
            if version <= last { fault("product \(product) was written as version \(version) after \(last)") }
            last = version
            let token = written.headers["Consistency-Token"] ?? ""
            let seen = try await send(
                "read with token", .get, "/products/\(product)", headers: ["Consistency-Token": token],
                to: Self.gateways[(round + 1) % 2])
            guard let found = seen.data?["version"]?.integer else { continue }
            if found < version { fault("product \(product) was read as version \(found) with the token of \(version)") }
        }
    }

    private func read(_ reader: Int) async throws {
        var seen: [Int64: Seen] = [:]
        var round = reader
        while !isOver.isRaised {
            round += 1
            let product = products[round % products.count]
            let answer = try await send(
                "read", .get, "/products/\(product)", to: Self.gateways[round / products.count % 2])
            note(answer.data, product, &seen, "reader \(reader)")
        }
    }

    private func list() async throws {
        var seen: [Int64: Seen] = [:]
        var round = 0
        while !isOver.isRaised {
            round += 1
            let answer = try await send(
                "list", .get, "/products?user_id=1&limit=50&sort=-created_at", to: Self.gateways[round % 2])
            let listed = answer.data?.elements ?? []
            for product in listed {
                guard let id = product["id"]?.integer, products.contains(id) else { continue }
                note(product, id, &seen, "list")
            }
            let missing = Set(products).subtracting(listed.compactMap { $0["id"]?.integer })
            if answer.status == .ok, !missing.isEmpty { fault("the list lacks \(missing.sorted())") }
        }
    }

    private func note(_ document: JSONValue?, _ product: Int64, _ seen: inout [Int64: Seen], _ reader: String) {
        guard let now = Seen(document) else { return }
        if let before = seen[product], now < before {
            fault("\(reader) saw \(now) of product \(product) after \(before)")
        }
        seen[product] = now
    }

    private func send(
        _ kind: String, _ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: HTTPHeaders = [:],
        to gateway: Processes.Name
    ) async throws -> HTTPClientResponse {
        let answer = try await warelog.send(method, path, body, headers: headers, to: gateway)
        record.withLock { $0.answers["\(kind) \(answer.status.code)", default: 0] += 1 }
        return answer
    }

    private func fault(_ text: String) {
        record.withLock { if $0.faults.count < 20 { $0.faults.append(text) } }
    }
}
