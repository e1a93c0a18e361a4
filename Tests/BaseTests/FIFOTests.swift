import Base
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FIFOTests {
    /// The queue holds the same elements as an array on which the same operations were done.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func itHoldsWhatAnArrayWould(_ seed: UInt64) {
        var seed = seed
        var (queue, array) = (FIFO<Int>(), [Int]())
        for number in 0..<2000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            switch (seed >> 33) % 100 {
            case 0..<45:
                queue.append(number)
                array.append(number)
            case 45..<55:
                queue.prepend(number)
                array.insert(number, at: 0)
            case 55..<90:
                #expect(queue.popFirst() == (array.isEmpty ? nil : array.removeFirst()))
            case 90..<96:
                #expect(queue.popLast() == array.popLast())
            case 96..<99:
                queue.removeAll { !$0.isMultiple(of: 2) }
                array.removeAll { !$0.isMultiple(of: 2) }
            default:
                #expect(queue.removeAll() == array)
                array = []
            }
            #expect(queue.count == array.count && queue.isEmpty == array.isEmpty && queue.first == array.first)
        }
        #expect(queue.elements == array)
    }

    @Test func itKeepsNothingThatWasTaken() {
        final class Thing {}
        var queue = FIFO<Thing>()
        weak var first: Thing?
        weak var last: Thing?
        do {
            let things = [Thing(), Thing()]
            (first, last) = (things[0], things[1])
            for thing in things { queue.append(thing) }
        }
        queue.popFirst()
        #expect(first == nil && last != nil)
        queue.popLast()
        #expect(last == nil)
    }
}
