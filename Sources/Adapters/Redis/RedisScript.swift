import Synchronization

/// A Lua script that runs on the server, known there by its digest after the first use.
package final class RedisScript: Sendable {
    package let source: String
    private let digest = Mutex<String?>(nil)

    package init(_ source: String) { self.source = source }

    /// As `SCRIPT LOAD` gave it: it depends on the source alone, whatever the server.
    var knownDigest: String? { digest.withLock { $0 } }

    func learn(_ digest: String) { self.digest.withLock { $0 = digest } }
}
