import InternetAddress
import NetworkTesting
import Testing

extension EndToEnd {
    /// Attacks by a name server on the compressor, which asks it as it asks any other: answers that lead inside, at
    /// once or the next time, malformed answers, and silence.
    @Suite(.enabled(if: ResolverNamespace.isPermitted, "a mount namespace or port 53 is not to be had here"))
    struct NameServerTests {
        private static let allowed = DNSServer.Answer.addresses([HostileNetwork.allowed])
        private static let forbidden = DNSServer.Answer.addresses([HostileNetwork.forbidden])

        /// Checks that each source, `name:port/path`, ends as it says, and that no forbidden host is connected to.
        private static func check(
            _ expected: KeyValuePairs<String, String>, names: [String: [DNSServer.Answer]],
            pages: [String: [HostileNetwork.Page]] = [:], settings: [String: String] = [:],
            _ more: @escaping @Sendable (HostileNetwork) -> Void = { _ in }
        ) throws {
            let sources = expected.map(\.key)
            let expected = expected.map { "\($0.key) \($0.value)" }
            try Environment.run { warelog in
                let network = try HostileNetwork(on: warelog.loop, answers: names, pages: pages)
                try await network.serving {
                    let outcomes = try await warelog.outcomes(sources, in: network, with: settings)
                    #expect(zip(sources, outcomes).map { "\($0) \($1)" } == expected)
                    #expect(network.intrusions.isEmpty)
                    more(network)
                    await warelog.processes.stop(.compressor)
                }
            }
        }

        @Test func aNameLeadsOnlyWhereItMay() throws {
            try Self.check(
                [
                    "good.example:first/": "compressed", "inside.example:first/": "address-refused",
                    "both.example:first/": "compressed", "either.example:first/": "compressed",
                ],
                names: [
                    "good.example": [Self.allowed], "inside.example": [Self.forbidden],
                    "both.example": [.addresses([HostileNetwork.forbidden, HostileNetwork.allowed])],
                    "either.example": [.addresses([HostileNetwork.allowed, HostileNetwork.forbidden])],
                ])
        }

        @Test(.enabled(if: HostileNetwork.hasIPv6, "there is no IPv6 here"))
        func anIPv6AddressIsTakenForWhatItLeadsTo() throws {
            let mapped = IPAddress.v6(0xFFFF_7F00_0003)
            let translated = IPAddress.v6(0x64_FF9B << 96 | 0x7F00_0003)
            let all = [mapped, HostileNetwork.forbidden6, translated, HostileNetwork.allowed]
            try Self.check(
                [
                    "mapped.example:first/": "address-refused", "six.example:first/": "address-refused",
                    "translated.example:first/": "address-refused", "all.example:first/": "compressed",
                ],
                names: [
                    "mapped.example": [.addresses([mapped])], "six.example": [.addresses([HostileNetwork.forbidden6])],
                    "translated.example": [.addresses([translated])], "all.example": [.addresses(all)],
                ])
        }

        /// DNS rebinding: each name leads inside from its second answer on.
        @Test func aNameThatWasGoodOnceIsJudgedEveryTime() throws {
            let rebinding = [Self.allowed, Self.forbidden]
            try Self.check(
                [
                    "redirected.example:first/redirected": "address-refused", "kept.example:first/kept": "compressed",
                    "fixed.example:first/repeated": "address-refused",
                ],
                names: [
                    "redirected.example": rebinding, "kept.example": rebinding, "repeated.example": rebinding,
                    "fixed.example": [Self.allowed],
                ],
                pages: [
                    "/redirected": [.redirect("redirected.example:second/")],
                    // The redirect leads to the same name, which is not looked up again.
                    "/kept": [.redirect("kept.example:first/")],
                    // The first attempt reaches the permitted address, whose answer demands a second attempt.
                    "/repeated": [.redirect("repeated.example:first/busy"), .redirect("repeated.example:second/")],
                    "/busy": [.busy],
                ]
            ) { network in
                #expect(network.names.count(of: "redirected.example", .a) == 2)
                #expect(network.names.count(of: "kept.example", .a) == 1)
                #expect(network.names.count(of: "repeated.example", .a) == 2)
                #expect(network.requests["/repeated"] == 2 && network.requests["/busy"] == 1)
            }
        }

        @Test func aNameThatCannotBeHadIsTriedAgain() throws {
            try Self.check(
                [
                    "missing.example:first/": "unknown-host", "empty.example:first/": "unknown-host",
                    "truncated.example:first/": "unknown-host", "garbage.example:first/": "unknown-host",
                    "late.example:first/": "compressed",
                ],
                names: [
                    "empty.example": [.addresses([])], "truncated.example": [.truncated], "garbage.example": [.garbage],
                    "late.example": [.noSuchName, Self.allowed],
                ],
                settings: ["IMAGE_ATTEMPTS": "2"]
            ) { network in
                #expect(network.names.count(of: "missing.example", .a) == 2)
                #expect(network.names.count(of: "late.example", .a) == 2)
            }
        }

        /// The resolver asks again after half a minute of silence. An attempt that waits for it, or that keeps the
        /// compressor from all other work meanwhile, shows in the count.
        @Test func anAnswerThatNeverComesHoldsNobodyUp() throws {
            try Self.check(
                ["silent.example:first/": "timeout", "good.example:first/": "compressed"],
                names: ["silent.example": [.silence], "good.example": [Self.allowed]],
                settings: ["IMAGE_ATTEMPTS": "2", "IMAGE_DOWNLOAD_SECONDS": "2"]
            ) { network in
                #expect(network.names.count(of: "silent.example", .a) == 2, "one for each attempt")
            }
        }
    }
}
