package import EventLoop
import Glibc

/// A TCP connection as bytes, for what no well-behaved client or server would do. For the loop's thread only.
package final class RawConnection: @unchecked Sendable {
    private let loop: EventLoop
    package private(set) var descriptor: Int32
    private var watcher: DescriptorWatcher?
    /// One task may wait to read and one to write.
    private var reader: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?
    private var unread: [UInt8] = []

    package init(on loop: EventLoop, adopting descriptor: Int32) throws {
        self.loop = loop
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        watcher = try DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] events in
            if events.contains(.readable) { wake(&reader) }
            if events.contains(.writable) { wake(&writer) }
            watch()
        }
    }

    deinit { close() }

    /// Connects to the port on this machine's IPv4 loopback address.
    package static func connect(on loop: EventLoop, port: UInt16) throws -> RawConnection {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            Glibc.close(descriptor)
            throw RawConnectionError(call: "connect", code: errno)
        }
        return try RawConnection(on: loop, adopting: descriptor)
    }

    package func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // MSG_NOSIGNAL is 0x4000.
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
            if sent > 0 {
                rest = rest.dropFirst(sent)
            } else if errno == EAGAIN {
                await writable()
            } else {
                throw RawConnectionError(call: "send", code: errno)
            }
        }
    }

    /// Returns the next bytes; none at the end of the stream.
    package func receive() async throws -> [UInt8] {
        if !unread.isEmpty {
            defer { unread = [] }
            return unread
        }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 { return Array(buffer[..<count]) }
            guard errno == EAGAIN else { throw RawConnectionError(call: "recv", code: errno) }
            await readable()
        }
    }

    /// Returns everything until the other side closes.
    package func receiveAll() async throws -> String {
        var all: [UInt8] = []
        while true {
            let bytes = try await receive()
            if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += bytes
        }
    }

    /// Returns the text up to and including `end`; the rest is left for the next call.
    package func receive(until end: String) async throws -> String {
        var all: [UInt8] = []
        let mark = Array(end.utf8)
        while true {
            if let found = all.indices.first(where: { all[$0...].starts(with: mark) }) {
                unread = Array(all[(found + mark.count)...])
                return String(decoding: all[..<(found + mark.count)], as: UTF8.self)
            }
            let bytes = try await receive()
            if bytes.isEmpty { throw RawConnectionError(call: "end of stream before \(end)", code: 0) }
            all += bytes
        }
    }

    /// Returns the head and the body of a response with a `Content-Length`.
    package func receiveResponse(isHead: Bool = false) async throws -> (head: String, body: String) {
        let head = try await receive(until: "\r\n\r\n")
        let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = field.flatMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) } ?? 0
        var body: [UInt8] = []
        while !isHead, body.count < length { body += try await some() }
        unread = Array(body.dropFirst(length)) + unread
        return (head, String(decoding: body.prefix(length), as: UTF8.self))
    }

    private func some() async throws -> [UInt8] {
        let bytes = try await receive()
        if bytes.isEmpty { throw RawConnectionError(call: "end of stream in a body", code: 0) }
        return bytes
    }

    /// Ends the output: no more bytes will be sent.
    package func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset instead of an orderly end.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    package func close() {
        guard descriptor >= 0 else { return }
        wake(&reader)
        wake(&writer)
        watcher?.close()
        watcher = nil
        Glibc.close(descriptor)
        descriptor = -1
    }

    private func readable() async {
        await withCheckedContinuation { continuation in
            reader = continuation
            watch()
        }
    }

    private func writable() async {
        await withCheckedContinuation { continuation in
            writer = continuation
            watch()
        }
    }

    private func watch() {
        var events: DescriptorWatcher.Events = []
        if reader != nil { events.insert(.readable) }
        if writer != nil { events.insert(.writable) }
        watcher?.watch(events)
    }

    private func wake(_ waiter: inout CheckedContinuation<Void, Never>?) {
        waiter?.resume()
        waiter = nil
    }
}

package struct RawConnectionError: Error, CustomStringConvertible {
    package let call: String
    package let code: Int32
    package var description: String { "\(call): errno \(code)" }
}
