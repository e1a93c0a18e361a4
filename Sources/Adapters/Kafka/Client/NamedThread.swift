import CRdkafka
import Glibc

/// Runs `body`, which may block, on a thread of its own. `name` has at most 15 bytes.
///
/// If no thread can be created, `body` runs on the calling thread: it closes something, which must happen in any case.
func onThread(named name: StaticString, _ body: @escaping @Sendable () -> Void) {
    // Released by the new thread, or below if there is none.
    let start = Unmanaged.passRetained(ThreadStart(name, body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { raw in
            Unmanaged<ThreadStart>.fromOpaque(raw!).takeRetainedValue().run()
            return nil
        }, start.toOpaque())
    guard status == 0 else { return start.takeRetainedValue().body() }
    pthread_detach(thread)  // fails only for a thread that is detached already
}

private final class ThreadStart: Sendable {
    let name: StaticString
    let body: @Sendable () -> Void

    init(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        _ = crdkafka_name_this_thread(name.description)  // the name only helps people who look at the process
        body()
    }
}
