/// A function that a loop calls before it blocks; see `EventLoop.beforeBlocking`. For the loop's thread only.
package final class TurnHook {
    private var body: (() -> Void)?

    init(_ body: @escaping () -> Void) { self.body = body }

    var isRemoved: Bool { body == nil }

    func run() { body?() }

    /// Removes the hook. The function does not run again.
    package func remove() { body = nil }
}
