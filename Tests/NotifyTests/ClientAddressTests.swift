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
}
