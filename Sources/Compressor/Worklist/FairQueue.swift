import Base
import Events

/// Images waiting for their turn: so many at once of one host, so many of one owner, and everybody gets their turn, so
/// that a dead host with ten thousand images, or an owner with a million, delays nobody else's.
///
/// A lane is one host's images of one owner. Each lane that may run something is in `ready`, once; one that may not is
/// parked where it is blocked, and taken from there when that has room again. So what a call costs does not grow with
/// the images that wait.
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

    /// Whether there is anything of `host`: waiting, or running.
    func knows(_ host: String) -> Bool { hosts[host] != nil }

    mutating func add(_ job: ImageJob) {
        let lane = job.lane
        hosts[lane.host, default: Share(limit: hostConcurrency)].waiting += 1
        owners[lane.owner, default: Share(limit: ownerConcurrency)].waiting += 1
        if lanes[lane] == nil { ready.append(lane) }
        lanes[lane, default: FIFO()].append(job)
    }

    /// The next job, from then on running; nil when none may run now.
    mutating func next() -> ImageJob? {
        while let lane = ready.popFirst() {
            guard lanes[lane]?.isEmpty == false else {
                lanes[lane] = nil
                unpark(host: lane.host)
                unpark(owner: lane.owner)
                continue
            }
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

    /// A job that was given out has ended.
    mutating func finished(_ job: ImageJob) {
        unpark(host: job.lane.host)
        unpark(owner: job.owner)
        count(job.lane, waiting: 0, running: -1)
    }

    /// From now on so many of `host` at once: none while it is given up, one to find out, or nil for as many as always.
    mutating func limit(_ host: String, to limit: Int?) {
        guard hosts[host] != nil else { return }
        hosts[host]?.limit = limit ?? hostConcurrency
        for _ in 0..<(hosts[host]?.limit ?? 0) { unpark(host: host) }
    }

    /// Counts an attempt that failed for each that waits for `host`, and gives those that have no other left.
    mutating func countFailure(of host: String, attempts: Int) -> [ImageJob] {
        var spent: [ImageJob] = []
        for lane in lanes.keys where lane.host == host {
            // Taken out while it changes: a second reference would make each change a copy.
            guard let queue = lanes.removeValue(forKey: lane) else { continue }
            var left = FIFO<ImageJob>()
            for var job in queue.elements {
                job.attempt += 1
                if job.attempt > attempts { spent.append(job) } else { left.append(job) }
            }
            // An empty lane stays where it is until its turn comes.
            lanes[lane] = left
            count(lane, waiting: left.count - queue.count, running: 0)
        }
        return spent
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
