/// gzip of 1,000,000 zero bytes (RFC 1952): 1003 bytes, written as runs of (byte, count).
package enum Gzip {
    package static let million: [UInt8] = runs.flatMap { [UInt8](repeating: $0.0, count: $0.1) }

    private static let runs: [(UInt8, Int)] = [
        (31, 1), (139, 1), (8, 1), (0, 5), (2, 1), (255, 1), (237, 1), (193, 1), (1, 2), (0, 3), (130, 1), (32, 1),
        (255, 1), (175, 1), (110, 1), (72, 1), (64, 1), (1, 1), (0, 968), (175, 1), (6, 1), (158, 1), (203, 1),
        (121, 1), (18, 1), (64, 1), (66, 1), (15, 1), (0, 1),
    ]
}
