package import Events

extension Identifier {
    /// An identifier of a number that the test chose.
    package static func sample(_ value: Int64) -> Self { Self(value)! }
}

extension Money {
    static func sample(_ text: String) -> Money { try! Money(text) }
}

extension UploadID {
    static func sample(_ number: Int) -> UploadID { UploadID("0198c5d2-7a3e-7c41-9d0f-\(100_000_000_000 + number)")! }
}
