import Base
import Events

/// Images that wait for their turn. Concurrency is bounded for each host and for each owner, and all take turns, so
/// that a dead host with ten thousand images, or an owner with a million, does not delay the images of others.
///
/// A lane holds one owner's images of one host. A lane that may run is in `ready` once; a lane that may not is parked
/// at the host or owner that is full, and leaves when that has room again. So the cost of a call does not grow with the
/// number of waiting images.
struct FairQueue: Sendable {
    struct Lane: Hashable, Sendable {
        let host: String
        let owner: ImageJob.Owner
    }

    private struct Share: Sendable {
        var limit: Int
        var running = 0
        var waiting = 0
        var parked = FIFO<Lane>()

        var hasRoom: Bool { running < limit }
    }

    private let hostConcurrency: Int
    private let ownerConcurrency: Int
    private var lanes: [Lane: FIFO<ImageJob>] = [:]
    private var ready = FIFO<Lane>()
    private var hosts: [String: Share] = [:]
    private var owners: [ImageJob.Owner: Share] = [:]

    init(hostConcurrency: Int, ownerConcurrency: Int) {
        self.hostConcurrency = hostConcurrency
        self.ownerConcurrency = ownerConcurrency
    }

    /// Whether any image of `host` waits or runs.
    func knows(_ host: String) -> Bool { hosts[host] != nil }

    mutating func add(_ job: ImageJob) {
        let lane = job.lane
        hosts[lane.host, default: Share(limit: hostConcurrency)].waiting += 1
        owners[lane.owner, default: Share(limit: ownerConcurrency)].waiting += 1
        if lanes[lane] == nil { ready.append(lane) }
        lanes[lane, default: FIFO()].append(job)
    }

    /// Returns the next job and counts it as running. Nil when none may run now.
    mutating func next() -> ImageJob? {
        while let lane = ready.popFirst() {
            guard hosts[lane.host]?.hasRoom == true else {
                hosts[lane.host]?.parked.append(lane)
                if owners[lane.owner]?.hasRoom == true { unpark(owner: lane.owner) }
                continue
            }
            guard owners[lane.owner]?.hasRoom == true else {
                owners[lane.owner]?.parked.append(lane)
                unpark(host: lane.host)
                continue
            }
            guard let job = lanes[lane]?.popFirst() else { continue }
            count(lane, waiting: -1, running: 1)
            if lanes[lane]?.isEmpty == true { lanes[lane] = nil } else { ready.append(lane) }
            return job
        }
        return nil
    }

    /// Ends a job that `next` returned.
    mutating func finished(_ job: ImageJob) {
        unpark(host: job.lane.host)
        unpark(owner: job.owner)
        count(job.lane, waiting: 0, running: -1)
    }

    /// Changes the concurrency of `host`: none while its breaker is open, one to probe it, or nil for the default.
    mutating func limit(_ host: String, to limit: Int?) {
        guard hosts[host] != nil else { return }
        hosts[host]?.limit = limit ?? hostConcurrency
        for _ in 0..<(hosts[host]?.limit ?? 0) { unpark(host: host) }
    }

    /// Counts a failed attempt for each image that waits for `host` and returns those that have no attempt left.
    mutating func countFailure(of host: String, attempts: Int) -> [ImageJob] {
        var spent: [ImageJob] = []
        for lane in lanes.keys where lane.host == host {
            // Removed while it changes, because with a second reference each change would copy it.
            guard let queue = lanes.removeValue(forKey: lane) else { continue }
            var left = FIFO<ImageJob>()
            for var job in queue.elements {
                job.attempt += 1
                if job.attempt > attempts { spent.append(job) } else { left.append(job) }
            }
            if left.isEmpty { remove(lane) } else { lanes[lane] = left }
            count(lane, waiting: left.count - queue.count, running: 0)
        }
        return spent
    }

    /// Removes an empty lane from where it waits. One that was ready passes its turn on.
    private mutating func remove(_ lane: Lane) {
        hosts[lane.host]?.parked.removeAll { $0 == lane }
        owners[lane.owner]?.parked.removeAll { $0 == lane }
        let readyBefore = ready.count
        ready.removeAll { $0 == lane }
        guard ready.count < readyBefore else { return }
        unpark(host: lane.host)
        unpark(owner: lane.owner)
    }

    private mutating func unpark(host: String) {
        if let lane = hosts[host]?.parked.popFirst() { ready.append(lane) }
    }

    private mutating func unpark(owner: ImageJob.Owner) {
        if let lane = owners[owner]?.parked.popFirst() { ready.append(lane) }
    }

    private mutating func count(_ lane: Lane, waiting: Int, running: Int) {
        hosts[lane.host]?.waiting += waiting
        hosts[lane.host]?.running += running
        owners[lane.owner]?.waiting += waiting
        owners[lane.owner]?.running += running
        if let host = hosts[lane.host], host.waiting == 0, host.running == 0, host.parked.isEmpty {
            hosts[lane.host] = nil
        }
        if let owner = owners[lane.owner], owner.waiting == 0, owner.running == 0, owner.parked.isEmpty {
            owners[lane.owner] = nil
        }
    }
}
