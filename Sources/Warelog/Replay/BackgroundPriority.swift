import Glibc

/// The priority of work that can wait: processes that serve clients go first on a busy machine.
enum BackgroundPriority {
    private static let niceness: Int32 = 10

    /// Lowers the priority of this thread and of threads that it starts from here on (Linux, setpriority(2)).
    static func enter() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
}
