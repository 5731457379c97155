import Testing

@testable import System

@Suite struct `IP addresses` {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0", "all zero"),
        ("255.255.255.255", "255.255.255.255", "all one"),
        ("192.0.2.10", "192.0.2.10", "plain"),
        ("::", "::", "unspecified"),
        ("::1", "::1", "loopback"),
        ("1::", "1::", "gap at the end"),
        ("2001:DB8::A", "2001:db8::a", "lower case"),
        ("2001:0db8:0:0:0:0:0:1", "2001:db8::1", "leading zeros go"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "the first of equal runs"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1", "the longest run"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "one zero is no run"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", "a gap of one"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221", "IPv4 at the end"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", "IPv4 behind six groups"),
        ("::ffff:192.0.2.10", "192.0.2.10", "mapped is IPv4"),
        ("::ffff:c000:20a", "192.0.2.10", "mapped, as groups"),
    ])
    func `are read, and written in their canonical form`(
        text: String,
        canonical: String,
        why: String
    ) throws {
        let address = try #require(IPAddress(text), "\(why)")
        #expect(address.description == canonical, "\(why)")
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        ("", "nothing"), ("1.2.3", "three numbers"), ("1.2.3.4.5", "five numbers"),
        ("1.2.3.4.", "a point at the end"), (".1.2.3.4", "a point in front"),
        ("1..3.4", "an empty number"), ("256.1.1.1", "over 255"), ("1.1.1.1000", "four digits"),
        ("01.2.3.4", "a leading zero"), ("1.2.3.4 ", "a space"), ("+1.2.3.4", "a sign"),
        ("1.2.3.a", "a letter"), (":", "a colon"), (":::", "three colons"),
        ("1:", "a colon at the end"), (":1", "a colon in front"), ("1::2::3", "two gaps"),
        ("1:2:3:4:5:6:7", "seven groups"), ("1:2:3:4:5:6:7:8:9", "nine groups"),
        ("1:2:3:4:5:6:7:8::", "a gap for nothing"), ("::12345", "five digits"),
        ("::g", "no digit"), ("fe80::1%eth0", "a zone"), ("[::1]", "brackets"),
        ("1:2:3:4:5:6:7:1.2.3.4", "nine groups with IPv4"), ("::1.2.3", "IPv4 cut short"),
        ("::1.2.3.4:5", "IPv4 in the middle"), ("localhost", "a name"), ("1.2.3.4\0", "NUL"),
    ])
    func `are nothing else`(text: String, why: String) {
        #expect(IPAddress(text) == nil, "\(why)")
    }

    @Test func `of this machine are known`() {
        let cases = [
            ("127.0.0.1", true), ("127.255.255.255", true), ("128.0.0.0", false),
            ("126.255.255.255", false), ("::1", true), ("::2", false), ("::ffff:127.0.0.1", true),
        ]
        for (text, isLoopback) in cases { #expect(IPAddress(text)?.isLoopback == isLoopback) }
    }
}

@Suite struct `Address ranges` {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "9.255.255.255", false), ("0.0.0.0/0", "255.1.2.3", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true), ("::/0", "1.2.3.4", false),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.0/31", "192.0.2.1", true), ("192.0.2.0/31", "192.0.2.2", false),
        ("2001:db8::/32", "2001:db8:ffff::", true), ("2001:db8::/32", "2001:db9::", false),
        ("::1/128", "::1", true), ("::1/128", "::2", false),
        ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.0.0.0", false),
        ("::ffff:10.0.0.1", "10.0.0.1", true), ("10.0.0.0/8", "::ffff:10.0.0.1", true),
    ])
    func `contain what shares their prefix`(
        block: String,
        address: String,
        contains: Bool
    ) throws {
        let address = try #require(IPAddress(address))
        #expect(try AddressBlock(parsing: block).contains(address) == contains)
    }

    @Test func `are written with their length`() throws {
        #expect(try AddressBlock(parsing: "192.0.2.1").description == "192.0.2.1/32")
        #expect(try AddressBlock(parsing: "::ffff:10.0.0.0/104").description == "10.0.0.0/8")
    }

    @Test(arguments: [
        ("10.0.0/8", AddressBlockError.Reason.noAddress), ("", .noAddress), ("/8", .noAddress),
        ("10.0.0.0/33", .badLength(max: 32)), ("::/129", .badLength(max: 128)),
        ("10.0.0.0/", .badLength(max: 32)), ("10.0.0.0/+8", .badLength(max: 32)),
        ("10.0.0.0/8/8", .badLength(max: 32)), ("10.0.0.0/0008", .badLength(max: 32)),
        ("::ffff:0.0.0.0/95", .badLength(max: 128)), ("10.0.0.1/8", .bitsAfterPrefix),
        ("2001:db8::1/64", .bitsAfterPrefix),
    ])
    func `are refused when they are not exact`(text: String, reason: AddressBlockError.Reason) {
        #expect(throws: AddressBlockError(text: text, reason: reason)) {
            try AddressBlock(parsing: text)
        }
    }

    @Test func `say what is expected instead`() {
        let errors = ["x", "1.2.3.4/40", "10.1.0.0/8"].compactMap { text in
            #expect(throws: AddressBlockError.self) { try AddressBlock(parsing: text) }
        }
        #expect(
            errors.map(\.description) == [
                "\"x\" has no IP address; expected a form like 10.0.0.0/8 or ::1/128",
                "\"1.2.3.4/40\" has no valid prefix length; expected a number of bits up to 32",
                "\"10.1.0.0/8\" has address bits set after its prefix; "
                    + "expected the first address of the range",
            ]
        )
    }
}
