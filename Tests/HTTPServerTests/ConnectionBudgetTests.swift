import InternetAddress
import Testing

@testable import HTTPServer

struct ConnectionBudgetTests {
    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func whatIsGivenBackCanBeTakenAgain() throws {
        let budget = ConnectionBudget(maximum: 3, maximumPerClient: 2)
        let (one, other) = (try Self.address("192.0.2.1"), try Self.address("192.0.2.2"))
        #expect(budget.take(for: one) == nil && budget.take(for: one) == nil)
        #expect(budget.take(for: one) == .exhaustedByClient)
        #expect(budget.take(for: other) == nil)
        #expect(budget.take(for: other) == .exhausted)
        budget.giveBack(for: one)
        #expect(budget.take(for: other) == nil)
        budget.giveBack(for: other)
        budget.giveBack(for: other)
        #expect(budget.take(for: one) == nil)
        #expect(budget.take(for: one) == .exhaustedByClient)
    }

    @Test(arguments: [
        ("2001:db8::1", "2001:db8::ffff:1", true), ("2001:db8::1", "2001:db8:0:1::1", false),
        ("192.0.2.1", "192.0.2.2", false),
    ])
    func anIPv6NetworkIsOneClient(_ row: (one: String, other: String, isSame: Bool)) throws {
        let budget = ConnectionBudget(maximum: 10, maximumPerClient: 1)
        #expect(budget.take(for: try Self.address(row.one)) == nil)
        #expect(budget.take(for: try Self.address(row.other)) == (row.isSame ? .exhaustedByClient : nil))
    }

    @Test func withoutALimitForOneClientItMayHaveAll() throws {
        let budget = ConnectionBudget(maximum: 100)
        for _ in 0..<100 { #expect(budget.take(for: try Self.address("192.0.2.1")) == nil) }
        #expect(budget.take(for: try Self.address("192.0.2.1")) == .exhausted)
    }
}
