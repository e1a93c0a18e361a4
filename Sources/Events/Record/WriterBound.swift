/// Bounds for members of events that clients do not write, far above what Warelog's own writers write: the fold keeps
/// these members in memory and rows. `ProductField` has the bounds for what clients write.
enum WriterBound {
    /// Items in an answer of the compressor; the fold ignores those that the product does not have.
    static let items = 100
    static let renditions = 50
    /// Bytes of an id of an image, which holds the id of an event.
    static let id = 1100
    /// Bytes of a word or a digest, of an address, and of a sentence.
    static let word = 256
    static let address = 4096
    static let sentence = 4096
}
