import Crypto
import Support
import System
import Testing

@testable import Configuration

struct ConfigurationFilesTests {
    @Test func `paths are relative to the file and take variables`() throws {
        var fixture = try ConfigurationFixture()
        fixture.context.environment = ["STATE": "/var/lib/x", "SUB": "in"]
        let beside = try fixture.load()
        #expect(
            beside.configuration.storage.database.path == "\(fixture.directory.path)/receiver.db"
        )
        let absolute = try fixture.load(["storage.database=${STATE}/a${SUB}.db"])
        #expect(absolute.configuration.storage.database.path == "/var/lib/x/ain.db")
        let relative = try fixture.load(["storage.database=${SUB}/a.db"])
        #expect(relative.configuration.storage.database.path == "\(fixture.directory.path)/in/a.db")
        let unix = try fixture.load(["notify.listen=unix:${STATE}/a.sock?mode=0660"])
        #expect(
            unix.configuration.notify.listen.map(\.description) == [
                "unix:/var/lib/x/a.sock?mode=0660"
            ]
        )
    }

    @Test(arguments: [
        ("", "receiver.db"), ("config.json5", "receiver.db"), ("a/config.json5", "a/receiver.db"),
        ("/config.json5", "/receiver.db"),
    ])
    func `the place of a file is told from its name`(_ file: String, _ path: String) throws {
        #expect(try ConfigurationPaths(file: file, environment: [:]).resolve("receiver.db") == path)
    }

    @Test(arguments: [
        (
            "${GONE}/a",
            "uses the environment variable GONE, which is not set; expected a value for it"
        ),
        (
            "${EMPTY}",
            "uses the environment variable EMPTY, which is not set; expected a value for it"
        ),
        ("a${", "has a \"${\" without a closing \"}\", expected ${NAME}"),
        ("a\0b", "holds a NUL, expected a path"),
    ])
    func `a path that cannot be made up is a problem`(_ text: String, _ reason: String) {
        let paths = ConfigurationPaths(file: "", environment: ["EMPTY": ""])
        let error = #expect(throws: Malformed.self) { try paths.resolve(text) }
        #expect(error?.text == reason)
    }

    @Test func `a socket's resolved path must fit`() throws {
        let fixture = try ConfigurationFixture()
        let name = String(repeating: "s", count: 107 - fixture.directory.path.utf8.count - 1)
        #expect(fixture.problems(["notify.listen=unix:\(name)"]) == [])
        #expect(
            fixture.problems(["notify.listen=unix:\(name)s"]) == [
                "--set: notify.listen: \"DIR/\(name)s\" is too long for a Unix socket; "
                    + "expected at most 107 bytes"
            ]
        )
    }

    @Test func `keys and tokens are loaded`() throws {
        let loaded = try ConfigurationFixture().load()
        let gatewayKey = try ConfigurationFixture.gatewayKey.get().publicKey
        #expect(loaded.keys.publicKeys.map(\.key) == [gatewayKey])
        #expect(loaded.keys.privateKey != nil)
        let token = try #require(loaded.keys.tokens.first)
        let secret = Array(ConfigurationFixture.token.utf8)
        let matches = token.matches(secret.span)
        #expect(matches)
        let matchesPrefix = token.matches(secret.span.extracting(droppingLast: 1))
        #expect(!matchesPrefix)
        #expect(token.allows(.feed))
        #expect(!token.allows(.generate))
        #expect(loaded.warnings == [])
        #expect(!loaded.configuration.isReceiveOnly)
    }

    @Test(arguments: [
        ("cashin-public.pem", "x", "cashIn.publicKeyFiles[0]", ", expected an RSA key"),
        ("merchant-private.pem", "x", "cashIn.privateKeyFile", ", expected an RSA key"),
    ])
    func `a file that holds no key is a problem`(
        _ file: String,
        _ text: String,
        _ key: String,
        _ ending: String
    ) throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write(file, text)
        let lines = fixture.problems()
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("FILE: \(key): \"DIR/\(file)\" "))
        #expect(lines[0].hasSuffix(ending))
    }

    @Test(arguments: [
        (31, "holds a token of 31 characters, expected at least 32"), (32, nil), (33, nil),
        (1024, nil), (1025, "holds a token of 1025 characters, expected at most 1024"),
    ])
    func `a token has a length`(_ count: Int, _ reason: String?) throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("orders.token", String(repeating: "a", count: count) + " \r\n")
        let lines =
            reason.map { ["FILE: internal.tokens[0].file: \"DIR/orders.token\" \($0)"] } ?? []
        #expect(fixture.problems() == lines)
    }

    @Test func `a token is of a bearer token's characters`() {
        for byte in UInt8.min...UInt8.max where ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
            let contents = Array(repeating: UInt8(ascii: "a"), count: 32) + [byte]
            let token = try? Token(name: "x", scopes: [.feed], contents: contents)
            let isAllowed =
                Unicode.Scalar(byte).properties.isAlphabetic && byte < 0x80
                || "0123456789-._~+/=".utf8.contains(byte)
            #expect((token != nil) == isAllowed, "byte \(byte)")
        }
    }

    @Test func `two secrets alike are a problem`() throws {
        let fixture = try ConfigurationFixture()
        let tokens =
            "internal.tokens=[{name: 'a', file: 'orders.token', scopes: ['feed']},"
            + "{name: 'a', file: 'orders.token', scopes: ['admin', 'root']}]"
        #expect(
            fixture.problems([tokens]) == [
                "--set: internal.tokens[1].scopes[1]: is \"root\", expected \"feed\", \"journal\", "
                    + "\"generate\", \"operate\", \"metrics\" or \"admin\"",
                "--set: internal.tokens[1].file: holds the same token as \"a\", "
                    + "expected a different token",
            ]
        )
    }

    @Test func `while a token is exchanged, two have the same name`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("orders-2.token", String(repeating: "n", count: 32))
        let tokens =
            "internal.tokens=[{name: 'a', file: 'orders.token', scopes: ['feed']},"
            + "{name: 'a', file: 'orders-2.token', scopes: ['feed', 'generate']}]"
        let loaded = try fixture.load([tokens])
        #expect(loaded.keys.tokens.map(\.name) == ["a", "a"])
        #expect(loaded.keys.tokens.map { $0.allows(.generate) } == [false, true])
        #expect(loaded.warnings == [])
    }

    /// The owner of a test's files is root where root runs the tests.
    @Test func `the group of a service may read a file of root`() throws {
        let fixture = try ConfigurationFixture()
        for (mode, isAccepted) in [
            (0o600, true), (0o640, SystemUser.isRoot), (0o660, false), (0o650, false),
            (0o644, false), (0o604, false),
        ] as [(UInt32, Bool)] {
            let token = ConfigurationFixture.token
            try fixture.directory.write("orders.token", token, mode: mode)
            let number = String(mode, radix: 8)
            let warning =
                "FILE: internal.tokens[0].file: \"DIR/orders.token\" is accessible to other users "
                + "(mode \(number)), expected mode 600, or 640 for a file of root"
            #expect(try fixture.warnings() == (isAccepted ? [] : [warning]), "mode \(number)")
        }
    }

    @Test func `secrets open to others and keys mixed up are warnings`() throws {
        let fixture = try ConfigurationFixture()
        let merchantKey = try ConfigurationFixture.merchantKey.get()
        try fixture.directory.write("merchant-private.pem", merchantKey.pem(), mode: 0o660)
        try fixture.directory.write("orders.token", ConfigurationFixture.token, mode: 0o604)
        try fixture.directory.write("own.pem", merchantKey.publicKey.pem())
        let files = "cashIn.publicKeyFiles=['cashin-public.pem', 'own.pem', './own.pem']"
        #expect(
            try fixture.warnings([files]) == [
                "FILE: internal.tokens[0].file: \"DIR/orders.token\" is accessible to other users "
                    + "(mode 604), expected mode 600, or 640 for a file of root",
                "--set: cashIn.publicKeyFiles[2]: holds the same key as \"DIR/own.pem\"",
                "FILE: cashIn.privateKeyFile: \"DIR/merchant-private.pem\" is accessible to other "
                    + "users (mode 660), expected mode 600, or 640 for a file of root",
            ]
                + [1, 2].map {
                    "--set: cashIn.publicKeyFiles[\($0)]: is the public key of "
                        + "cashIn.privateKeyFile, but the gateway does not sign with the "
                        + "merchant's key; expected the gateway's public key"
                }
        )
    }

    @Test func `receiving only without "never" is refused, since nothing could reach the feed`()
        throws
    {
        let fixture = try ConfigurationFixture()
        let off = ["cashIn.merchantId=null", "cashIn.privateKeyFile=null"]
        let problem =
            "FILE: notify.confirmWithQuery: is \"unproven\", but a receive-only receiver cannot "
            + "send queries, so no callback would reach the feed; expected \"never\" (every "
            + "callback signed with the gateway's key is applied), or cashIn.privateKeyFile and "
            + "cashIn.merchantId"
        #expect(fixture.problems(off) == [problem])
        let never = off + ["notify.confirmWithQuery=never"]
        #expect(try fixture.load(never).configuration.isReceiveOnly)
        #expect(try fixture.warnings(never) == [])
        #expect(
            try fixture.warnings(["cashIn.merchantId=null", "notify.confirmWithQuery=never"]) == [
                "--set: cashIn.merchantId: is missing, so generate and query are disabled "
                    + "(receive-only)"
            ]
        )
    }

    @Test func `no keys of the gateway and no tokens are warnings`() throws {
        let fixture = try ConfigurationFixture()
        #expect(
            try fixture.warnings(["cashIn.publicKeyFiles=[]", "internal.tokens=[]"]) == [
                "--set: cashIn.publicKeyFiles: is empty: EVERY CALLBACK IS REFUSED (and kept); "
                    + "expected the gateway's public key",
                "--set: internal.tokens: is empty: no client can use the internal API",
            ]
        )
    }

    @Test func `certificates to trust are checked`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("ca.pem", Fixture.text("key-certificate.pem"))
        #expect(fixture.problems(["cashIn.caFile=ca.pem"]) == [])
        #expect(
            fixture.problems(["cashIn.caFile=orders.token"]) == [
                "--set: cashIn.caFile: \"DIR/orders.token\" holds no certificate "
                    + "(no certificate or crl found), expected PEM certificates"
            ]
        )
    }
}
