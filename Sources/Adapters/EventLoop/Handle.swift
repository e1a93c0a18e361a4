import CLibuv

/// The memory of one libuv handle, from its initialisation until libuv's close callback has run.
///
/// libuv keeps pointers to a handle until that callback, so the memory cannot go with this object: `close` hands it to
/// libuv, which gives it back in the callback. Close it on the loop's thread.
final class Handle<Raw>: @unchecked Sendable {
    let raw: UnsafeMutablePointer<Raw>
    private var open = true

    /// `initialise` is the `uv_…_init` call named `call`; `owner` becomes the handle's `data`, unretained: the owner
    /// closes the handle before it goes.
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

    /// Takes over a handle that libuv has initialised by other means.
    init(adopting raw: UnsafeMutablePointer<Raw>, owner: UnsafeMutableRawPointer?) {
        self.raw = raw
        uv_handle_set_data(base, owner)
    }

    private var base: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_handle_t.self)
    }

    /// Ends the handle: none of its callbacks runs after this.
    func close() {
        guard open else { return }
        open = false
        uv_close(base) { handle in UnsafeMutableRawPointer(handle!).deallocate() }
    }
}
