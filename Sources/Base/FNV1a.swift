/// FNV-1a, 64 bits (draft-eastlake-fnv section 2): spreads keys and tells an edited text from its original. It protects
/// against accidents only. Databases and logs hold its results, so it cannot be replaced by another hash.
package enum FNV1a {
    package static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
