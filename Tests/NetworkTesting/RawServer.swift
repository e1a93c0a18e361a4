package import EventLoop
import Glibc
package import InternetAddress

/// A listening socket that hands every connection to a script. For the loop's thread only.
package final class RawServer: @unchecked Sendable {
    package let port: UInt16
    private let descriptor: Int32
    private var watcher: DescriptorWatcher?
    private let connections: AsyncStream<RawConnection>
    private let arrived: AsyncStream<RawConnection>.Continuation

    package init(on loop: EventLoop, address: IPAddress = .v4(0x7f00_0001), port: UInt16 = 0) throws {
        let descriptor = try address.boundSocket(SOCK_STREAM, port: port)
        self.descriptor = descriptor
        guard listen(descriptor, 128) == 0 else { throw RawConnectionError(call: "listen", code: errno) }
        self.port = try IPAddress.port(of: descriptor)
        (connections, arrived) = AsyncStream.makeStream()
        watcher = try DescriptorWatcher(on: loop, descriptor: descriptor) { [arrived] _ in
            let accepted = accept(descriptor, nil, nil)
            guard accepted >= 0, let connection = try? RawConnection(on: loop, adopting: accepted) else { return }
            arrived.yield(connection)
        }
        watcher?.watch(.readable)
    }

    /// Runs `script` for each connection, with its number from 0 on, while `body` runs; both end when `body` ends.
    package func serving<Value: Sendable>(
        _ script: @escaping @Sendable (RawConnection, Int) async throws -> Void, on loop: EventLoop,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let open = Box<[RawConnection]>([])
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) {
                await withDiscardingTaskGroup { scripts in
                    var number = 0
                    for await connection in self.connections {
                        let current = number
                        number += 1
                        open.value.append(connection)
                        scripts.addTask(executorPreference: loop) {
                            // The client under test may disconnect in the middle; only its own result counts.
                            try? await script(connection, current)
                            connection.close()
                        }
                    }
                    scripts.cancelAll()
                }
            }
            defer {
                watcher?.close()
                close(descriptor)
                arrived.finish()
                for connection in open.value { connection.close() }  // scripts that read see the end
                group.cancelAll()
            }
            return try await body()
        }
    }
}
