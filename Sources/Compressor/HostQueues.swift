import Events

/// Images waiting for their turn, by host: every host gets its turn, and none more than its share at once, so that a
/// dead host with ten thousand images delays nobody else's.
struct HostQueues: Sendable {
    private struct Queue {
        var jobs: [ImageJob] = []
        var first = 0
        var running = 0

        var isEmpty: Bool { first == jobs.count }

        mutating func pop() -> ImageJob {
            defer {
                first += 1
                if first > 64, first > jobs.count / 2 {
                    jobs.removeFirst(first)
                    first = 0
                }
            }
            return jobs[first]
        }
    }

    private let hostConcurrency: Int
    private var queues: [String: Queue] = [:]
    /// Hosts with a job to give and room to run it, in the order of their turns.
    private var turns: [String] = []

    init(hostConcurrency: Int) { self.hostConcurrency = hostConcurrency }

    mutating func add(_ job: ImageJob) {
        var queue = queues[job.host] ?? Queue()
        if queue.isEmpty, queue.running < hostConcurrency { turns.append(job.host) }
        queue.jobs.append(job)
        queues[job.host] = queue
    }

    /// The next job, from then on running; nil when none may run now.
    mutating func next() -> ImageJob? {
        guard !turns.isEmpty else { return nil }
        let host = turns.removeFirst()
        guard var queue = queues[host], !queue.isEmpty else { return nil }
        let job = queue.pop()
        queue.running += 1
        queues[host] = queue
        if !queue.isEmpty, queue.running < hostConcurrency { turns.append(host) }
        return job
    }

    /// A job that was given out has ended.
    mutating func finished(_ job: ImageJob) {
        guard var queue = queues[job.host] else { return }
        let wasFull = queue.running == hostConcurrency
        queue.running -= 1
        queues[job.host] = queue.running == 0 && queue.isEmpty ? nil : queue
        if wasFull, !queue.isEmpty { turns.append(job.host) }
    }
}
