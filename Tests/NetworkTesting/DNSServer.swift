package import EventLoop
import Glibc
package import InternetAddress

/// A name server (RFC 1035, over UDP alone) that answers each question as it was told to, and remembers it. Loop's
/// thread only.
///
/// It has an address of its own and the port that resolv.conf(5) implies, 53, which takes privileges.
package final class DNSServer: @unchecked Sendable {
    package enum Answer: Sendable {
        /// Answers with those addresses that belong to the requested family; none may be cached.
        case addresses([IPAddress])
        case noSuchName
        /// Says that there is more over TCP, where nothing answers.
        case truncated
        /// Sends a malformed answer.
        case garbage
        case silence
    }

    package let address = IPAddress.v4(0x7F40_0000 | .random(in: 1...0x3F_FFFE))
    private let descriptor: Int32
    private var watcher: DescriptorWatcher?
    private let answers: [String: [Answer]]
    private var counts: [DNSQuestion: Int] = [:]

    /// `answers` are the answers for each name to one question after another; the last one is repeated. Other names do
    /// not exist.
    package init(on loop: EventLoop, answers: [String: [Answer]]) throws {
        self.answers = answers
        descriptor = try address.boundSocket(SOCK_DGRAM, port: 53)
        do {
            watcher = try DescriptorWatcher(on: loop, descriptor: descriptor) { [unowned self] _ in answerAll() }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        watcher?.watch(.readable)
    }

    package func close() {
        watcher?.close()
        Glibc.close(descriptor)
    }

    /// The number of questions for the name, by family.
    package func count(of name: String, _ family: DNSQuestion.Family) -> Int {
        counts[DNSQuestion(name: name, family: family)] ?? 0
    }

    private func answerAll() {
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            var sender = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &sender) { sender in
                sender.withMemoryRebound(to: sockaddr.self, capacity: 1) { sender in
                    let count = recvfrom(descriptor, &buffer, buffer.count, 0, sender, &length)
                    guard count >= 0 else { return length = 0 }
                    // A question that is lost on the way is asked again.
                    guard let answer = answer(Array(buffer[..<count])) else { return }
                    sendto(descriptor, answer, answer.count, 0, sender, length)
                }
            }
            if length == 0 { return }
        }
    }

    private func answer(_ bytes: [UInt8]) -> [UInt8]? {
        guard let query = DNSQuery(bytes) else { return nil }
        let number = counts[query.question, default: 0]
        counts[query.question] = number + 1
        let answers = answers[query.question.name] ?? [.noSuchName]
        switch answers[min(number, answers.count - 1)] {
        case .addresses(let addresses): return query.response(addresses.filter(query.question.family.contains))
        case .noSuchName: return query.response(code: 3)
        case .truncated: return query.response(isTruncated: true)
        // The answer contains a name that is a pointer to itself.
        case .garbage: return query.response(recordCount: 1) + [0xC0, UInt8(query.length), 0, 1]
        case .silence: return nil
        }
    }
}
