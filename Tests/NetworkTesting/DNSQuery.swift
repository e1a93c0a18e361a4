import InternetAddress

/// A question to a name server.
package struct DNSQuestion: Hashable, Sendable {
    /// The family of the address, by the number of the record type.
    package enum Family: UInt8, Sendable {
        case a = 1
        case aaaa = 28

        func contains(_ address: IPAddress) -> Bool {
            switch address {
            case .v4: self == .a
            case .v6: self == .aaaa
            }
        }
    }

    package let name: String
    package let family: Family
}

/// A message with one question (RFC 1035, section 4.1), and the ways to answer it.
struct DNSQuery {
    let question: DNSQuestion
    /// The length of the header and the question.
    var length: Int { head.count }
    private let head: [UInt8]

    /// Nil for anything but a question for an address in the Internet's class.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 12, bytes[2] & 0xF8 == 0, bytes[4] == 0, bytes[5] == 1 else { return nil }
        var labels: [String] = []
        var index = 12
        while index < bytes.count, bytes[index] != 0 {
            let end = index + 1 + Int(bytes[index])
            guard bytes[index] < 64, end < bytes.count else { return nil }
            labels.append(String(decoding: bytes[(index + 1)..<end], as: UTF8.self).lowercased())
            index = end
        }
        guard bytes.count >= index + 5, bytes[index + 1] == 0, bytes[(index + 3)..<(index + 5)].elementsEqual([0, 1]),
            let family = DNSQuestion.Family(rawValue: bytes[index + 2])
        else { return nil }
        question = DNSQuestion(name: labels.joined(separator: "."), family: family)
        head = Array(bytes[..<(index + 5)])
    }

    /// The response with these addresses, each with a lifetime of 0 seconds.
    func response(_ addresses: [IPAddress]) -> [UInt8] {
        addresses.reduce(response(recordCount: addresses.count)) { message, address in
            let octets = address.octets
            // The question's name, type, class IN, time to live, length.
            return message + [0xC0, 12, 0, question.family.rawValue, 0, 1, 0, 0, 0, 0, 0, UInt8(octets.count)] + octets
        }
    }

    /// The answer without its records.
    func response(code: UInt8 = 0, isTruncated: Bool = false, recordCount: Int = 0) -> [UInt8] {
        var message = head
        // The flags are: answer, authoritative, recursion as it was desired, and recursion available.
        message[2] = 0x84 | (isTruncated ? 2 : 0) | head[2] & 1
        message[3] = 0x80 | code
        // The response has one question, this many answers, and nothing else.
        message.replaceSubrange(4..<12, with: [0, 1, 0, UInt8(recordCount), 0, 0, 0, 0])
        return message
    }
}
