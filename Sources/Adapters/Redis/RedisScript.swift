import Synchronization

/// A Lua script that runs on the server. After the first use the server knows it by its digest.
package final class RedisScript: Sendable {
    package let source: String
    private let digest = Mutex<String?>(nil)

    package init(_ source: String) { self.source = source }

    /// The digest that `SCRIPT LOAD` returned. It depends on the source alone, not on the server.
    var knownDigest: String? { digest.withLock { $0 } }

    func learn(_ digest: String) { self.digest.withLock { $0 = digest } }
}
