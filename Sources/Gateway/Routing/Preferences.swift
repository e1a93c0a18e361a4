import HTTPMessages

/// The time that the client wants to wait for the verdict: `Prefer: wait=N` and `Prefer: respond-async` (RFC 7240).
struct Preferences: Sendable {
    /// The longest wait in seconds. Longer wishes are shortened to this.
    static let maximumWait = 60

    private let respondsAsync: Bool
    private let seconds: Int?

    /// Ignores unknown and malformed preferences, as the RFC demands. The first of repeated preferences counts.
    init(_ headers: HTTPHeaders) {
        var respondsAsync = false
        var seconds: Int?
        for preference in headers.list("Prefer")?.split(separator: ",") ?? [] {
            let parts = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            let words = parts.map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" }.lowercased() }
            switch words.first {
            case "respond-async" where words.count == 1: respondsAsync = true
            case "wait" where words.count == 2 && seconds == nil:
                guard let number = Int(words[1]), number >= 0 else { continue }
                seconds = min(number, Self.maximumWait)
            default: continue
            }
        }
        self.respondsAsync = respondsAsync
        self.seconds = seconds
    }

    func wait(default standard: Duration) -> Duration {
        if let seconds { return .seconds(seconds) }
        return respondsAsync ? .zero : standard
    }

    /// The value of `Preference-Applied`; nil if the client stated no known preference.
    var applied: String? {
        let applied = [respondsAsync ? "respond-async" : nil, seconds.map { "wait=\($0)" }].compactMap { $0 }
        return applied.isEmpty ? nil : applied.joined(separator: ", ")
    }
}
