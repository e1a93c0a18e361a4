extension Identifier {
    /// The partition of this entity: the same for every writer, for as long as the log exists. A log has at least one
    /// partition.
    package func partition(of count: Int32) -> Int32 { Int32(value % Int64(max(1, count))) }
}
