import Base

/// Tells one log from another. After a reset or a restore the topics have other ids, and a position in the log before
/// means nothing in the new one.
package struct LogEpoch: Sendable, Equatable {
    /// From 1 to 2^20 - 1. Two logs have the same number with a probability of one in a million.
    package let number: Int64

    package init(topicIDs: [String]) {
        number = 1 + Int64(FNV1a.hash(topicIDs.joined(separator: " ")) % ((1 << 20) - 1))
    }
}
