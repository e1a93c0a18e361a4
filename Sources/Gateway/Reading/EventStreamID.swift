import EventLog

/// The id of a message of an event stream: one number, the epoch of the log in its upper bits and the offset of the
/// change in the lower ones, so that ids grow.
struct EventStreamID: Sendable, Equatable {
    /// More records than a partition ever has.
    private static let offsetBits: Int64 = 43

    let number: Int64

    init(number: Int64) { self.number = number }
    init(offset: Int64, epoch: LogEpoch) { number = epoch.number << Self.offsetBits | offset }

    var offset: Int64 { number & (1 << Self.offsetBits - 1) }

    /// Nil for a plain offset, which readers of the topics have.
    var epoch: Int64? { number >> Self.offsetBits == 0 ? nil : number >> Self.offsetBits }
}
