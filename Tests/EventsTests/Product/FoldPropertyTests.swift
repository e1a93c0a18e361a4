import Events
import SeededRandom
import Testing

/// Properties of the fold of any log, tested on many logs.
@Suite(.timeLimit(.minutes(20)))
struct FoldPropertyTests {
    /// The products of a partition, folded up to a checkpoint as the projector does it.
    private struct Partition: Equatable {
        var products: [ProductID: Product] = [:]
        var verdicts: [Int64: Verdict] = [:]
        var next: Int64 = 0

        mutating func fold(_ batch: some Sequence<Recorded<ProductEvent>>) {
            for recorded in batch where recorded.position.offset >= next {
                let id = recorded.event.productID
                verdicts[recorded.position.offset] = Product.evolve(&products[id], recorded)
                next = recorded.position.offset + 1
            }
        }
    }

    @Test(arguments: 1...40)
    func batchesAndRedeliveryMakeNoDifference(seed: Int) {
        let log = RandomLog(seed: seed, count: 300).events
        var whole = Partition()
        whole.fold(log)

        var random = SeededGenerator(seed: -seed)
        var pieces = Partition()
        var start = 0
        while start < log.count {
            let end = min(log.count, start + Int.random(in: 1...40, using: &random))
            pieces.fold(log[max(0, start - Int.random(in: 0...60, using: &random))..<end])
            start = end
        }
        pieces.fold(log)
        #expect(pieces == whole)
    }

    @Test(arguments: 1...10)
    func theWireMakesNoDifference(seed: Int) throws {
        let log = RandomLog(seed: seed, count: 300).events
        var direct = Partition()
        direct.fold(log)

        var read = Partition()
        read.fold(
            try log.map { recorded in
                let written = CloudEvent(
                    type: recorded.event.type, source: "/test", subject: recorded.event.productID.description,
                    metadata: recorded.metadata, data: recorded.event.data)
                let headers = written.headers.map { (name: $0.name, value: Optional(Array($0.value.utf8))) }
                let cloud = try CloudEvent(headers: headers, value: written.data)
                let event = try #require(try ProductEvent(type: cloud.type, data: cloud.data))
                return Recorded(event, cloud.metadata, at: recorded.position)
            })
        #expect(read == direct)
    }

    @Test(arguments: 1...40)
    func everyStepKeepsTheRules(seed: Int) {
        var products: [ProductID: Product] = [:]
        for recorded in RandomLog(seed: seed, count: 300).events {
            let id = recorded.event.productID
            let before = products[id]
            let verdict = Product.evolve(&products[id], recorded)
            guard verdict == .accepted, let after = products[id] else {
                #expect(products[id] == before, "what is voided changes nothing")
                continue
            }
            if after == before, case .updated = recorded.event { continue }
            let steps = after.version - (before?.version ?? 0) + after.mediaRevision - (before?.mediaRevision ?? 0)
            #expect(steps == 1, "one counter moves, by one")
            #expect(before?.isDeleted != true, "nothing happens to what is deleted")
            #expect(Set(after.images.map(\.id)).count == after.images.count, "no two images have one name")
            #expect(after.updatedAt == recorded.metadata.time)
        }
    }

    @Test func theLogsThatAreTriedHoldEveryVerdictOfOneProduct() {
        var seen: Set<String> = []
        for seed in 1...40 {
            var partition = Partition()
            partition.fold(RandomLog(seed: seed, count: 300).events)
            seen.formUnion(partition.verdicts.values.map { "\($0)" })
        }
        let reasons = VoidReason.allCases.filter { $0 != .duplicateCommand }  // the ledger's
        #expect(seen == Set(reasons.map { "\(Verdict.voided($0))" } + ["\(Verdict.accepted)"]))
    }
}
