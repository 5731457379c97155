import HTTPCore
import Support
import System
import Testing

@testable import Notify

/// "The client of a proxied request is found from the right" (contract section 4).
@Suite struct ClientAddressTests {
    private static let trusted = ["127.0.0.0/8", "::1/128", "10.0.0.0/8"]

    private func client(
        peer: String,
        _ forwarded: [String],
        trusted: [String] = trusted
    ) throws -> ClientAddress {
        let peer: SocketAddress =
            peer == "unix" ? .unix(path: "") : .ip(try #require(IPAddress(peer)), port: 9)
        let head = try requestHead(
            "POST / HTTP/1.1",
            forwarded.map { "X-Forwarded-For: \($0)" }
        )
        let blocks = try trusted.map { try AddressBlock(parsing: $0) }
        return ClientAddress(peer: peer, head: head, trusted: blocks)
    }

    @Test(arguments: [
        ("203.0.113.7", [], "203.0.113.7", "no proxy"),
        ("127.0.0.1", [], "127.0.0.1", "a proxy that speaks for itself"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7", "a stranger's word counts for nothing"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1", "one proxy"),
        ("127.0.0.1", ["198.51.100.1, 10.1.1.1"], "198.51.100.1", "two proxies, one line"),
        ("127.0.0.1", ["198.51.100.1", "10.1.1.1"], "198.51.100.1", "two proxies, two lines"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1", "an invented front is not read"),
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1", "nor one in a line of its own"),
        ("127.0.0.1", ["rubbish, 198.51.100.1"], "198.51.100.1", "whatever it is"),
        ("127.0.0.1", ["10.0.0.1, 10.0.0.2"], "10.0.0.1", "all of them trusted: the first"),
        ("127.0.0.1", [" 198.51.100.1 \t, \t10.1.1.1"], "198.51.100.1", "blanks around entries"),
        ("::1", ["2001:db8::7"], "2001:db8::7", "IPv6"),
        ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1", "mapped IPv4 is IPv4"),
        ("127.0.0.1", ["198.51.100.1, ::ffff:10.1.1.1"], "198.51.100.1", "a mapped proxy too"),
        ("unix", [], "local", "a Unix peer that forwards for nobody"),
        ("unix", ["198.51.100.1"], "198.51.100.1", "a Unix peer counts as trusted"),
        ("127.0.0.1", ["rubbish"], "unknown", "not an address"),
        ("127.0.0.1", [""], "127.0.0.1", "an empty line"),
        ("127.0.0.1", [", ,\t,"], "127.0.0.1", "empty elements alone"),
        ("127.0.0.1", ["198.51.100.1,"], "198.51.100.1", "an empty element at the end"),
        ("127.0.0.1", [",198.51.100.1"], "198.51.100.1", "an empty element in front"),
        ("127.0.0.1", ["198.51.100.1, , 10.1.1.1"], "198.51.100.1", "an empty element between"),
        ("127.0.0.1", ["198.51.100.1", ""], "198.51.100.1", "an empty line at the end"),
        ("unix", [","], "local", "a Unix peer and an empty element"),
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1", "an address with a port"),
        ("127.0.0.1", ["198.51.100.1:0, 10.1.1.1:65535"], "198.51.100.1", "ports at the bounds"),
        ("127.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7", "IPv6 with a port"),
        ("127.0.0.1", ["[2001:db8::7]"], "2001:db8::7", "IPv6 in brackets"),
        ("127.0.0.1", ["198.51.100.1, [::ffff:10.1.1.1]:80"], "198.51.100.1", "a mapped proxy"),
        ("127.0.0.1", ["2001:db8::7:4711"], "2001:db8::7:4711", "without brackets all is address"),
    ])
    func `the client is the last one that is not a trusted proxy`(
        peer: String,
        forwarded: [String],
        expected: String,
        reason: String
    ) throws {
        #expect(try client(peer: peer, forwarded).description == expected, "\(reason)")
    }

    @Test(arguments: [
        "198.51.100.1:", "198.51.100.1:x", "198.51.100.1:65536", "198.51.100.1:123456",
        "198.51.100.1:-1", "198.51.100.1:+1", "198.51.100.1:1:2", ":80", "[]", "[]:80", "[",
        "[2001:db8::7", "2001:db8::7]", "[2001:db8::7]80", "[2001:db8::7]:", "[2001:db8::7]x",
        "[198.51.100.1]", "[198.51.100.1]:80", "[[::1]]", "localhost", "unknown", "_hidden",
        "198.51.100.1 10.0.0.1", "\"198.51.100.1\"", "for=198.51.100.1",
    ])
    func `another entry is no address, and is kept for the log`(entry: String) throws {
        #expect(try client(peer: "127.0.0.1", [entry]) == .unparsable(Array(entry.utf8)))
        #expect(
            try client(peer: "127.0.0.1", ["6.6.6.6, \(entry) ,,10.1.1.1"])
                == .unparsable(Array(entry.utf8))
        )
    }

    @Test func `without trusted proxies the peer is the client`() throws {
        #expect(try client(peer: "127.0.0.1", ["6.6.6.6"], trusted: []).description == "127.0.0.1")
    }

    @Test(arguments: [
        ("203.0.113.7", [], true, "inside"),
        ("203.0.114.7", [], false, "outside"),
        ("127.0.0.1", ["203.0.113.255"], true, "inside, behind a proxy"),
        ("127.0.0.1", ["203.0.112.255"], false, "outside, behind a proxy"),
        ("127.0.0.1", [], false, "the proxy itself is not allowed"),
        ("127.0.0.1", ["rubbish"], false, "an unparsable entry fails row 2"),
        ("unix", [], true, "whoever can open our Unix socket"),
        ("unix", ["203.0.114.7"], false, "but not whom it forwards for"),
    ])
    func `a client is allowed by its block`(
        peer: String,
        forwarded: [String],
        isAllowed: Bool,
        reason: String
    ) throws {
        let blocks = [try AddressBlock(parsing: "203.0.113.0/24")]
        #expect(try client(peer: peer, forwarded).isAllowed(blocks) == isAllowed, "\(reason)")
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `any list is walked as one that is split first`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<50 {
            let lines = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Self.randomList(using: &random)
            }
            let peer = ["127.0.0.1", "203.0.113.7", "unix", "::1"].randomElement(using: &random)
            let found = try client(peer: peer ?? "unix", lines)
            #expect(found.description == Self.plainClient(peer ?? "unix", lines), "\(lines)")
        }
    }

    private static func randomList(using random: inout SplitMix64) -> String {
        let pieces = [
            "127.0.0.1", "10.0.0.1", "198.51.100.1", "::1", "2001:db8::7", "::ffff:10.1.1.1", ",",
            ", ", " ", "\t", "[", "]", ":80", ":65535", ":65536", ":", "0", "1", ".", "x",
        ]
        let count = Int.random(in: 0...8, using: &random)
        return (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
    }

    /// The client by splitting everything first, and regular expressions for the elements.
    private static func plainClient(_ peer: String, _ lines: [String]) -> String {
        let elements = lines.joined(separator: ",").split(separator: ",")
            .map { element in
                String(element.drop { " \t".contains($0) }.reversed().drop { " \t".contains($0) })
            }
            .map { String($0.reversed()) }
        let isTrusted = { (client: String) in
            client == "unix" || client == "::1" || client.hasPrefix("127.")
                || client.hasPrefix("10.")
        }
        var client = peer
        for element in elements.reversed() where !element.isEmpty {
            guard isTrusted(client) else { break }
            guard let address = plainAddress(element) else { return "unknown" }
            client = address.description
        }
        return client == "unix" ? "local" : client
    }

    private static func plainAddress(_ element: String) -> IPAddress? {
        if let address = IPAddress(element) { return address }
        let port = { (text: Substring?) in text.map { Int($0).map { $0 <= 65_535 } == true } }
        if let found = element.wholeMatch(of: /\[([^\]]*:[^\]]*)\](?::([0-9]{1,5}))?/) {
            return port(found.2) == false ? nil : IPAddress(String(found.1))
        }
        guard let found = element.wholeMatch(of: /([^:\[]*):([0-9]{1,5})/) else { return nil }
        return port(found.2) == true ? IPAddress(String(found.1)) : nil
    }
}
