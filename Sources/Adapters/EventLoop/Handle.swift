import CLibuv

/// The memory of one libuv handle, from its initialisation until libuv's close callback has run.
///
/// libuv keeps pointers to a handle until that callback, so this object's `deinit` cannot free the memory: `close`
/// hands it to libuv, and the callback frees it. Call `close` on the loop's thread.
final class Handle<Raw>: @unchecked Sendable {
    let raw: UnsafeMutablePointer<Raw>
    private var open = true

    /// Calls `initialise`, which is the `uv_…_init` function named `call`. `owner` becomes the handle's `data`,
    /// unretained: the owner closes the handle before it is deallocated.
    init(
        _ call: String, owner: UnsafeMutableRawPointer?, initialise: (UnsafeMutablePointer<Raw>) -> Int32
    ) throws(EventLoopError) {
        raw = .allocate(capacity: 1)
        let status = initialise(raw)
        guard status == 0 else {
            raw.deallocate()
            throw EventLoopError(call: call, status: status)
        }
        uv_handle_set_data(base, owner)
    }

    /// Takes over a handle that another function of libuv has initialised.
    init(adopting raw: UnsafeMutablePointer<Raw>, owner: UnsafeMutableRawPointer?) {
        self.raw = raw
        uv_handle_set_data(base, owner)
    }

    private var base: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_handle_t.self)
    }

    /// Closes the handle. None of its callbacks runs after this.
    func close() {
        guard open else { return }
        open = false
        uv_close(base) { handle in UnsafeMutableRawPointer(handle!).deallocate() }
    }
}
