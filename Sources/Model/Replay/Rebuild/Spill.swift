import Glibc

/// Bytes sorted into buckets: in memory while they are few, and otherwise in a file without a name, which ends with the
/// process. Each bucket keeps its bytes in the order in which they were added.
package final class Spill {
    package struct Failed: Error, CustomStringConvertible {
        let call: String
        let code: Int32
        let directory: String
        package var description: String {
            "\(call) failed for a temporary file in \(directory): \(String(cString: strerror(code)))"
        }
    }

    private struct Extent {
        let offset: Int
        let count: Int
    }

    private var buffers: [[UInt8]]
    private var extents: [[Extent]]
    private let limit: Int
    private let directory: String
    private var buffered = 0
    private var file: Int32 = -1
    private var fileEnd = 0
    /// The bucket that was read last; the next one is read into its memory.
    private var read: [UInt8] = []

    /// `limit` is the number of bytes that stay in memory. When there are more, the file is made in `directory`, by
    /// default that of TMPDIR.
    package init(buckets: Int, limit: Int, directory: String? = nil) {
        self.directory = directory ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        buffers = Array(repeating: [], count: buckets)
        extents = Array(repeating: [], count: buckets)
        self.limit = limit
    }

    deinit { if file >= 0 { Glibc.close(file) } }

    package var bucketCount: Int { buffers.count }

    package func append(to bucket: Int, _ body: (inout [UInt8]) -> Void) throws(Failed) {
        let before = buffers[bucket].count
        body(&buffers[bucket])
        buffered += buffers[bucket].count - before
        if buffered > limit { try spill() }
    }

    /// Calls `body` with all bytes of a bucket. It can be called again.
    package func withBytes<Value>(
        of bucket: Int, _ body: (UnsafeRawBufferPointer) -> Value
    ) throws(Failed) -> Value {
        let spilled = extents[bucket].reduce(0) { $0 + $1.count }
        if spilled == 0 { return buffers[bucket].withUnsafeBytes(body) }
        let count = spilled + buffers[bucket].count
        if read.count < count { read = Array(repeating: 0, count: max(count, 2 * read.count)) }
        var failure: Failed?
        read.withUnsafeMutableBytes { read in
            var place = 0
            for extent in extents[bucket] where failure == nil {
                failure = fill(UnsafeMutableRawBufferPointer(rebasing: read[place..<place + extent.count]), extent)
                place += extent.count
            }
            buffers[bucket].withUnsafeBytes { read[spilled..<count].copyBytes(from: $0) }
        }
        if let failure { throw failure }
        return read.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    /// Removes all bytes; the memory and the file are used again for the next ones.
    package func removeAll() {
        for bucket in buffers.indices {
            buffers[bucket].removeAll(keepingCapacity: true)
            extents[bucket].removeAll(keepingCapacity: true)
        }
        buffered = 0
        fileEnd = 0
    }

    private func spill() throws(Failed) {
        if file < 0 { try open() }
        for bucket in buffers.indices where !buffers[bucket].isEmpty {
            try write(buffers[bucket])
            extents[bucket].append(Extent(offset: fileEnd, count: buffers[bucket].count))
            fileEnd += buffers[bucket].count
            buffers[bucket].removeAll(keepingCapacity: true)
        }
        buffered = 0
    }

    private func open() throws(Failed) {
        var path = Array("\(directory)/warelog-replay-XXXXXX".utf8CString)
        file = mkstemp(&path)
        guard file >= 0 else { throw failed("mkstemp", errno) }
        unlink(path)
    }

    private func write(_ bytes: [UInt8]) throws(Failed) {
        let code: Int32 = bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = pwrite(file, bytes.baseAddress! + done, bytes.count - done, off_t(fileEnd + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno }
                done += count
            }
            return 0
        }
        if code != 0 { throw failed("write", code) }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ extent: Extent) -> Failed? {
        var done = 0
        while done < extent.count {
            guard let start = buffer.baseAddress else { return nil }
            let count = pread(file, start + done, extent.count - done, off_t(extent.offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return failed("read", count < 0 ? errno : EIO) }
            done += count
        }
        return nil
    }

    private func failed(_ call: String, _ code: Int32) -> Failed {
        Failed(call: call, code: code, directory: directory)
    }
}
