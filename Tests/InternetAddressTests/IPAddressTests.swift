import InternetAddress
import Testing

@Suite(.timeLimit(.minutes(20)))
struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("192.168.1.20", "192.168.1.20"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
        ("::ffff:a00:1", "::ffff:10.0.0.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func anAddressIsReadAndWrittenCanonically(_ row: (text: String, canonical: String)) throws {
        let address = try #require(IPAddress(row.text))
        #expect(address.description == row.canonical)
        #expect(IPAddress(address.description) == address)
    }

    @Test(arguments: [
        "", " ", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "0x7f.0.0.1", "2130706433", "127.1",
        "1.2.3.",
        "+1.2.3.4", "-1.2.3.4", "١.٢.٣.٤", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::",
        "g::", "::1%eth0", "[::1]",
        "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "+1::", "1:2:3:4:5:6:7:1.2.3.4", ":1:2:3:4:5:6:7:8",
    ])
    func whatIsNoAddressIsRefused(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func anAddressComesFromTheBytesOfASocketAddress() {
        let v4: [UInt8] = [2, 0, 0x1f, 0x90, 10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(v4.withUnsafeBytes { IPAddress(socketAddress: $0) } == IPAddress("10.1.2.3"))
        let v6: [UInt8] = [10, 0, 0x1f, 0x90, 0, 0, 0, 0] + (IPAddress("2001:db8::7")?.octets ?? []) + [0, 0, 0, 0]
        #expect(v6.withUnsafeBytes { IPAddress(socketAddress: $0) } == IPAddress("2001:db8::7"))
        #expect(v6.prefix(20).withUnsafeBytes { IPAddress(socketAddress: $0) } == nil)
        #expect([UInt8](repeating: 1, count: 16).withUnsafeBytes { IPAddress(socketAddress: $0) } == nil)
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.0.9",
        "192.0.0.10",
        "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "11.0.0.0", "9.255.255.255", "126.255.255.255",
        "128.0.0.1",
        "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888", "2001:200::1", "2001:1::1",
        "2001:1::2", "2001:3::1",
        "2001:4:112::1", "2001:20::1", "2001:30::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
        "2001:0:808:808::f7f7:f7f7", "2606:4700::5efe:8.8.8.8",
    ])
    func anAddressOfThePublicInternetIsGloballyRoutable(_ text: String) throws {
        #expect(try #require(IPAddress(text)).isGloballyRoutable)
    }

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1",
        "192.88.99.1", "192.168.0.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
        "::", "::1", "::7f00:1", "::8.8.8.8", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:1ff::1",
        "2001:db8::1", "3fff::1", "5f00::1",
        "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "4000::1", "64:ff9b:1::8.8.8.8",
        "64:ff9b:1::10.0.0.1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
        "2002:7f00:1::1", "2002:a00:1::1", "2001:0:a00:1::f7f7:f7f7", "2001:0:808:808::f5ff:fffe",
        "2606:4700::5efe:10.0.0.1",
        "2606:4700::200:5efe:192.168.0.1", "::ffff:0:127.0.0.1",
    ])
    func anAddressOfAnyOtherKindIsNot(_ text: String) throws {
        #expect(try !#require(IPAddress(text)).isGloballyRoutable)
    }
}

@Suite(.timeLimit(.minutes(20)))
struct CIDRBlockTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("10.0.0.0/8", "::ffff:10.0.0.1", true),
        ("2001:db8::/32", "2001:db8:1::", true), ("2001:db8::/32", "2001:db9::", false), ("::/0", "::1", true),
        ("::/0", "10.0.0.1", false), ("::ffff:0:0/96", "::ffff:1.2.3.4", true), ("fe80::1", "fe80::1", true),
        ("192.168.1.128/25", "192.168.1.127", false), ("192.168.1.128/25", "192.168.1.200", true),
    ])
    func aBlockContainsItsAddressesOnly(_ row: (block: String, address: String, contained: Bool)) throws {
        let block = try #require(CIDRBlock(row.block))
        #expect(try block.contains(#require(IPAddress(row.address))) == row.contained)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "::1/64", "10.0.0.0/8/8",
        "x/8",
    ])
    func whatIsNoBlockIsRefused(_ text: String) {
        #expect(CIDRBlock(text) == nil)
    }
}
