import Testing

@testable import System

@Suite struct `Listen addresses` {
    @Test(arguments: [
        ("127.0.0.1:8080", true), ("0.0.0.0:0", false), ("[::1]:65535", true), ("[::]:80", false),
        ("unix:/run/a.sock", true), ("unix:a.sock", true), ("unix:/a?mode=0660", true),
        ("unix:/a?mode=0600&group=www-data", true), ("unix:/a?group=33", true),
        ("systemd:notify", nil), ("systemd:a b", nil),
    ])
    func `are read and written alike`(text: String, isLoopback: Bool?) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address.description == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test func `take localhost for the loopback address`() throws {
        #expect(try ListenAddress(parsing: "localhost:80").description == "127.0.0.1:80")
    }

    @Test func `take the options of a Unix socket in any order`() throws {
        let address = try ListenAddress(parsing: "unix:/a?group=www-data&mode=660")
        #expect(address.description == "unix:/a?mode=0660&group=www-data")
    }

    static let longPath = "/" + String(repeating: "a", count: 107)

    @Test(arguments: [
        ("", ListenAddressError.unknownForm("")), ("8080", .unknownForm("8080")),
        ("host:80", .badHost("host:80")), (":80", .badHost(":80")), ("*:80", .badHost("*:80")),
        ("[127.0.0.1]:80", .badHost("[127.0.0.1]:80")), ("[::1:80", .bracketsMissing("[::1:80")),
        ("::1:80", .bracketsMissing("::1:80")), ("127.0.0.1:", .badPort("127.0.0.1:")),
        ("127.0.0.1:65536", .badPort("127.0.0.1:65536")),
        ("127.0.0.1:+1", .badPort("127.0.0.1:+1")), ("127.0.0.1:x", .badPort("127.0.0.1:x")),
        ("unix:", .badPath("unix:")), ("unix:?mode=0600", .badPath("unix:?mode=0600")),
        ("unix:/a\0b", .badPath("unix:/a\0b")),
        ("unix:" + longPath, .pathTooLong(longPath, bytesMax: 107)),
        ("unix:/a?mode=0888", .badMode("0888")), ("unix:/a?mode=1000", .badMode("1000")),
        ("unix:/a?mode=", .badMode("")), ("unix:/a?mode=00660", .badMode("00660")),
        ("unix:/a?group=", .badGroup("")), ("unix:/a?user=b", .unknownOption("user=b")),
        ("unix:/a?mode=0600&mode=0600", .unknownOption("mode=0600")),
        ("systemd:", .badName("systemd:")), ("systemd:a:b", .badName("systemd:a:b")),
        ("systemd:ä", .badName("systemd:ä")),
    ])
    func `are refused with what is wrong`(text: String, error: ListenAddressError) {
        #expect(throws: error) { try ListenAddress(parsing: text) }
        #expect(error.description.contains("expected"))
    }

    @Test func `have paths up to what the kernel takes`() throws {
        let path = String(Self.longPath.dropLast())
        #expect(try ListenAddress(parsing: "unix:" + path).description == "unix:" + path)
    }
}
