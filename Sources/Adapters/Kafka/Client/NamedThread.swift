import CRdkafka
import Glibc

/// Runs `body`, which may block, on a thread of its own; `name` has at most 15 bytes.
///
/// Where no thread can be had, it runs here: late is better than never for what ends something.
func onThread(named name: StaticString, _ body: @escaping @Sendable () -> Void) {
    // Released by the new thread, or here when there is none.
    let start = Unmanaged.passRetained(ThreadStart(name, body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { raw in
            Unmanaged<ThreadStart>.fromOpaque(raw!).takeRetainedValue().run()
            return nil
        }, start.toOpaque())
    guard status == 0 else { return start.takeRetainedValue().body() }
    pthread_detach(thread)
}

private final class ThreadStart: Sendable {
    let name: StaticString
    let body: @Sendable () -> Void

    init(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        _ = crdkafka_name_this_thread(name.description)
        body()
    }
}
