import Glibc

/// Bytes sorted into buckets, in memory as long as they are few and in a file without a name otherwise: it is gone with
/// the process. Each bucket gives its bytes in the order in which they were added.
package final class Spill {
    package struct Failed: Error, CustomStringConvertible {
        let call: String
        let code: Int32
        package var description: String {
            "\(call) failed for the temporary file in TMPDIR: \(String(cString: strerror(code)))"
        }
    }

    private struct Extent {
        let offset: Int
        let count: Int
    }

    private var buffers: [[UInt8]]
    private var extents: [[Extent]]
    private let limit: Int
    private var buffered = 0
    private var file: Int32 = -1
    private var fileEnd = 0

    /// `limit`: bytes to keep in memory.
    package init(buckets: Int, limit: Int) {
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

    /// Everything that was added to a bucket. It can be asked for again.
    package func bytes(of bucket: Int) throws(Failed) -> [UInt8] {
        let spilled = extents[bucket].reduce(0) { $0 + $1.count }
        if spilled == 0 { return buffers[bucket] }
        var failure: Failed?
        var bytes = [UInt8](unsafeUninitializedCapacity: spilled + buffers[bucket].count) { buffer, count in
            for extent in extents[bucket] {
                guard failure == nil else { return }
                failure = read(extent, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
                count += extent.count
            }
        }
        if let failure { throw failure }
        bytes += buffers[bucket]
        return bytes
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
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(directory)/warelog-replay-XXXXXX".utf8CString)
        file = mkstemp(&path)
        guard file >= 0 else { throw Failed(call: "mkstemp", code: errno) }
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
        if code != 0 { throw Failed(call: "write", code: code) }
    }

    private func read(_ extent: Extent, into buffer: UnsafeMutableRawBufferPointer) -> Failed? {
        var done = 0
        while done < extent.count {
            guard let start = buffer.baseAddress else { return nil }
            let count = pread(file, start + done, extent.count - done, off_t(extent.offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return Failed(call: "read", code: count < 0 ? errno : EIO) }
            done += count
        }
        return nil
    }
}
