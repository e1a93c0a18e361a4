@testable import Compressor
import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct SchedulingTests {
    private func job(_ url: String, _ offset: Int64 = 0) throws -> ImageJob {
        let product = try #require(ProductID(1))
        return ImageJob(
            PendingImages.Ask(productID: product, imageID: ImageID("i"), source: url, offset: offset), partition: 0)
    }

    @Test func aHostWithThousandsOfImagesDelaysNobodyElse() throws {
        var queues = HostQueues(hostConcurrency: 2)
        for offset in 0..<1000 { queues.add(try job("http://dead.example/\(offset)", Int64(offset))) }
        queues.add(try job("http://alive.example/a"))
        #expect([queues.next()?.host, queues.next()?.host].sorted(by: { $0 ?? "" < $1 ?? "" }) == ["alive.example", "dead.example"])
        #expect(queues.next()?.host == "dead.example")
        #expect(queues.next() == nil)
    }

    @Test func aHostGetsItsNextTurnWhenOneOfItsJobsEnds() throws {
        var queues = HostQueues(hostConcurrency: 1)
        for offset in [1, 2, 3] { queues.add(try job("https://a.example:8443/x", Int64(offset))) }
        var order: [Int64] = []
        while let next = queues.next() {
            order.append(next.ask.offset)
            #expect(queues.next() == nil)
            queues.finished(next)
        }
        #expect(order == [1, 2, 3])
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
        #expect(policy.delay(after: 400, random: 1) == .seconds(10))
        #expect(policy.delay(after: 1, atLeast: .seconds(7), random: 0) == .seconds(7))
        #expect(policy.delay(after: 1, atLeast: .seconds(3600), random: 0) == .seconds(10))
    }
}
