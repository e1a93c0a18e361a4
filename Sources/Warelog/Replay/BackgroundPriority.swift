import Glibc

/// For work that can wait: where others want the same processors, what serves clients goes first.
enum BackgroundPriority {
    private static let niceness: Int32 = 10

    /// Of this thread, and of those that it starts from here on (Linux, setpriority(2)).
    static func enter() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
}
