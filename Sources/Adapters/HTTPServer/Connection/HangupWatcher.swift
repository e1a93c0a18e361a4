import CMicrohttpd
import EventLoop
import Glibc

/// Reports that the client of a connection has closed its side or reset the connection, even while libmicrohttpd does
/// not look at the connection.
///
/// libmicrohttpd takes a suspended connection out of its own epoll set and would learn of a reset only when it writes.
/// So each connection is in this second set too, edge-triggered and for hang-ups only: one system call for a
/// connection, none for a request.
final class HangupWatcher {
    private let epoll: Int32
    private var watcher: DescriptorWatcher?
    private let onHangup: (_ id: UInt64, _ isReset: Bool) -> Void

    /// Calls `onHangup` with the id under which the connection was added.
    init(on loop: EventLoop, _ onHangup: @escaping (_ id: UInt64, _ isReset: Bool) -> Void) throws {
        self.onHangup = onHangup
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw HTTPServerError(call: "epoll_create1", code: errno) }
        watcher = try DescriptorWatcher(on: loop, descriptor: epoll) { [unowned self] _ in collect() }
        watcher?.watch(.readable)
    }

    deinit { close() }

    func add(_ descriptor: Int32, id: UInt64) {
        var event = epoll_event()
        event.events = EPOLLRDHUP.rawValue | EPOLLET.rawValue
        event.data.u64 = id
        // If it fails, nobody watches the connection: a reset is then noticed when it is written to.
        _ = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    /// Stops watching a descriptor of which a duplicate lives on. Closing the last duplicate has the same effect.
    func remove(_ descriptor: Int32) {
        // It fails only for a descriptor that is not watched.
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    func close() {
        guard watcher != nil else { return }
        watcher?.close()
        watcher = nil
        Glibc.close(epoll)
    }

    private func collect() {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { events in
            guard let first = events.baseAddress else { return }
            let count = epoll_wait(epoll, first, Int32(events.count), 0)
            guard count > 0 else { return }
            for event in events[..<Int(count)] {
                // After a reset the kernel reports both, without being asked to (epoll_ctl(2)).
                onHangup(event.data.u64, event.events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0)
            }
        }
    }
}
