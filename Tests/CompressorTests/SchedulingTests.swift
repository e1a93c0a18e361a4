import Events
import Imaging
import Testing

@testable import Compressor

@Suite(.timeLimit(.minutes(20)))
struct SchedulingTests {
    private func job(_ url: String, _ offset: Int64 = 0, owner: Int64 = 1) throws -> ImageJob {
        let product = try #require(ProductID(1))
        return ImageJob(
            PendingImages.Ask(
                productID: product, imageID: ImageID("i"), source: url, owner: UserID(owner), offset: offset),
            partition: 0)
    }

    private func queue(host: Int = 100, owner: Int = 100) -> FairQueue {
        FairQueue(hostConcurrency: host, ownerConcurrency: owner)
    }

    /// Returns all jobs that may run now.
    private func take(_ queue: inout FairQueue) -> [ImageJob] {
        var jobs: [ImageJob] = []
        while let job = queue.next() { jobs.append(job) }
        return jobs
    }

    @Test func aHostWithThousandsOfImagesDelaysNobodyElse() throws {
        var queue = queue(host: 2)
        for offset in 0..<10_000 {
            queue.add(try job("http://dead.example/\(offset)", Int64(offset), owner: Int64(offset % 500 + 1)))
        }
        queue.add(try job("http://alive.example/a", owner: 7))
        #expect(take(&queue).map(\.host).sorted() == ["alive.example", "dead.example", "dead.example"])
        // The dead host is not asked any more, and the others go on.
        queue.limit("dead.example", to: 0)
        for number in 0..<100 { queue.add(try job("http://alive.example/\(number)", owner: 8)) }
        var done = 0
        while let next = queue.next() {
            #expect(next.host == "alive.example")
            queue.finished(next)
            done += 1
        }
        #expect(done == 100)
    }

    @Test func anOwnerWithThousandsOfImagesDelaysNobodyElse() throws {
        var queue = queue(owner: 3)
        for number in 0..<10_000 { queue.add(try job("http://h\(number).example/", owner: 1)) }
        queue.add(try job("http://h7.example/", owner: 2))
        let running = take(&queue)
        #expect(running.filter { $0.owner == .user(UserID(1)!) }.count == 3)
        #expect(running.count == 4)
    }

    @Test func whatNobodyTellsTheOwnerOfIsFairByProduct() throws {
        let product = try #require(ProductID(9))
        let ask = PendingImages.Ask(productID: product, imageID: ImageID("i"), source: "http://a/", offset: 0)
        #expect(ImageJob(ask, partition: 0).owner == .product(product))
    }

    @Test func aHostGetsItsNextTurnWhenOneOfItsJobsEnds() throws {
        var queue = queue(host: 1)
        for offset in [1, 2, 3] { queue.add(try job("https://a.example:8443/x", Int64(offset))) }
        var order: [Int64] = []
        while let next = queue.next() {
            order.append(next.ask.offset)
            #expect(queue.next() == nil)
            queue.finished(next)
        }
        #expect(order == [1, 2, 3])
        #expect(!queue.knows("a.example:8443"))
    }

    /// All images of a dead host have failed while none of them could run.
    @Test func aLaneThatIsEmptiedGivesItsHostsShareBack() throws {
        var queue = queue(host: 1)
        for offset in [1, 2, 3] { queue.add(try job("http://dead.example/", Int64(offset))) }
        let running = queue.next()
        let first = try #require(running)
        queue.limit("dead.example", to: 0)
        queue.finished(first)
        #expect(queue.next() == nil)
        let spent = queue.countFailure(of: "dead.example", attempts: 1)
        #expect(spent.count == 2)
        #expect(!queue.knows("dead.example"))
        queue.add(try job("http://dead.example/", 4))
        let next = queue.next()
        #expect(next?.ask.offset == 4)
    }

    /// Whatever the order of the calls is, the bounds hold, no job is lost, and no job waits that may run.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8])
    func everythingHasItsTurnWithinTheBounds(seed: UInt64) throws {
        var random = Generator(state: seed)
        var queue = queue(host: 2, owner: 3)
        var running: [ImageJob] = []
        var given = 0
        var waiting: [FairQueue.Lane: Int] = [:]
        for step in 0..<4000 {
            if step < 2000, Bool.random(using: &random) {
                let job = try job(
                    "http://h\(Int.random(in: 0..<6, using: &random))/", owner: .random(in: 1...5, using: &random))
                queue.add(job)
                waiting[job.lane, default: 0] += 1
            } else if let index = running.indices.randomElement(using: &random) {
                queue.finished(running.remove(at: index))
            }
            for job in take(&queue) {
                running.append(job)
                waiting[job.lane, default: 0] -= 1
                given += 1
            }
            let hosts = Dictionary(grouping: running, by: \.host).mapValues(\.count)
            let owners = Dictionary(grouping: running, by: \.owner).mapValues(\.count)
            #expect(hosts.values.allSatisfy { $0 <= 2 } && owners.values.allSatisfy { $0 <= 3 })
            for (lane, count) in waiting where count > 0 {
                #expect(hosts[lane.host] == 2 || owners[lane.owner] == 3)
            }
        }
        while let job = running.popLast() {
            queue.finished(job)
            let more = take(&queue)
            running += more
            given += more.count
        }
        #expect(given > 800 && queue.next() == nil)
        #expect((0..<6).allSatisfy { !queue.knows("h\($0)") })
    }

    @Test func aHostThatIsGivenUpIsAskedForOneImageThenForAllAgain() throws {
        var queue = queue(host: 2)
        for offset in 0..<5 { queue.add(try job("http://a/", Int64(offset))) }
        let first = take(&queue)
        #expect(first.count == 2)
        queue.limit("a", to: 0)
        for job in first { queue.finished(job) }
        #expect(take(&queue).isEmpty)
        queue.limit("a", to: 1)
        let probe = take(&queue)
        #expect(probe.count == 1)
        queue.limit("a", to: nil)
        for job in probe { queue.finished(job) }
        #expect(take(&queue).count == 2)
    }

    @Test func aProbeThatFailsCountsForAllThatWait() throws {
        var queue = queue(host: 1)
        for offset in 0..<10 { queue.add(try job("http://a/", Int64(offset))) }
        queue.add(try job("http://b/"))
        let next = queue.next()
        let probe = try #require(next)
        #expect(queue.countFailure(of: "a", attempts: 3).isEmpty)
        #expect(queue.countFailure(of: "a", attempts: 3).isEmpty)
        #expect(queue.countFailure(of: "a", attempts: 3).count == 9)
        queue.finished(probe)
        #expect(take(&queue).map(\.host) == ["b"])
        #expect(!queue.knows("a"))
    }

    @Test func aBreakerOpensAfterFailuresInARowAndTriesAgain() {
        var breaker = HostBreaker()
        for _ in 1..<HostBreaker.threshold { #expect(breaker.failed() == .none) }
        #expect(breaker.failed() == .opened(isProbe: false))
        #expect(breaker.failed() == .none)
        #expect(breaker.probe() && !breaker.probe())
        #expect(breaker.failed() == .opened(isProbe: true))
        #expect(breaker.openings == 2)
    }

    @Test(arguments: [
        ("http://Example.com/a", "example.com"), ("https://h:81?x", "h:81"), ("no url", ""), ("http://h#f", "h"),
    ])
    func theHostIsWhatFairnessIsAbout(_ row: (String, String)) throws {
        #expect(try job(row.0).host == row.1)
    }

    @Test func delaysDoubleWithJitterUpToALimit() {
        let policy = RetryPolicy(attempts: 5, firstDelay: .seconds(1), maximumDelay: .seconds(10))
        #expect(policy.delay(after: 1, random: 0) == .milliseconds(500))
        #expect(policy.delay(after: 1, random: 1) == .seconds(1))
        #expect(policy.delay(after: 3, random: 1) == .seconds(4))
        #expect(policy.delay(after: 1, factor: 5, random: 1) == .seconds(5))
        #expect(policy.delay(after: 400, random: 1) == .seconds(10))
        // The wait that a server asks for is granted, within reason.
        #expect(policy.delay(after: 1, atLeast: .seconds(70), random: 0) == .seconds(70))
        #expect(policy.delay(after: 1, atLeast: .seconds(86_400), random: 0) == .seconds(3600))
    }

    @Test(
        arguments: [
            ("full:2048", ["full"]), ("full:2048, thumb:320", ["full", "thumb"]), ("thumb:320", nil), ("", nil),
            ("full", nil), ("full:", nil), ("full:15", nil), ("full:99999", nil), ("full:64,full:32", nil),
            ("full:64,a/b:32", nil),
        ] as [(String, [String]?)])
    func renditionsAreNamesAndSides(_ row: (String, [String]?)) {
        #expect(CompressorSettings.renditions(row.0)?.map(\.name) == row.1)
    }
}

/// xorshift64*
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
