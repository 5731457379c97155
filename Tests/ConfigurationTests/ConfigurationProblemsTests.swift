import Support
import System
import Testing

@testable import Configuration

struct ConfigurationProblemsTests {
    /// Checking a private key takes most of the time of loading a configuration.
    private static let receiveOnly = [
        "cashIn.privateKeyFile=null", "notify.confirmWithQuery=never",
    ]

    @Test(arguments: [
        (
            ["notify.lisen=1"],
            ["--set: notify.lisen: is unknown, expected a known key; the nearest is notify.listen"]
        ),
        (["notify=5"], ["--set: notify: is a number, expected an object"]),
        (
            ["notify.listen=[]"],
            [
                "--set: notify.listen: is empty, "
                    + "expected at least one of host:port, [v6]:port, unix:/path or systemd:NAME"
            ]
        ),
        (
            ["notify.listen=[\"127.0.0.1:1\", 5]"],
            [
                "--set: notify.listen[1]: is a number, "
                    + "expected host:port, [v6]:port, unix:/path or systemd:NAME"
            ]
        ),
        (
            ["notify.listen=[\"127.0.0.1:1\", \"127.0.0.1:1\"]"],
            ["--set: notify.listen[1]: repeats 127.0.0.1:1, expected each address once"]
        ),
        (
            ["notify.listen=there:80"],
            [
                "--set: notify.listen: \"there:80\" has no IP address before the port; expected "
                    + "one like 127.0.0.1, [::1] or localhost (other names are not resolved)"
            ]
        ),
        (
            ["internal.listen=127.0.0.1:8080"],
            [
                "--set: internal.listen: is 127.0.0.1:8080, which notify.listen also uses, "
                    + "expected a different address"
            ]
        ),
        (
            ["internal.listen=0.0.0.0:1"],
            [
                "--set: internal.listen: is 0.0.0.0:1, which other machines can reach, and the "
                    + "internal API has no TLS; "
                    + "expected a loopback address, or allowPlaintext: true"
            ]
        ),
        (
            ["notify.publicURL="],
            ["--set: notify.publicURL: is empty, expected an http or https URL"]
        ),
        (
            ["notify.publicURL=https://a"],
            ["--set: notify.publicURL: has no path, expected a path such as /v1.0/debit/notify"]
        ),
        (
            ["notify.signaturePaths=[\"x\", \"/a\", \"/a\"]"],
            [
                "--set: notify.signaturePaths[0]: is neither a path nor a URL, "
                    + "expected a path that begins with / or a URL",
                "--set: notify.signaturePaths[1]: repeats \"/a\", expected each value once",
            ]
        ),
        (
            ["notify.signatureBodies=[]"],
            [
                "--set: notify.signatureBodies: is empty, "
                    + "expected at least one of \"raw\", \"minified\" or \"whitespaceFree\""
            ]
        ),
        (
            ["notify.signatureBodies=['raw', 'both', 'raw']"],
            [
                "--set: notify.signatureBodies[1]: is \"both\", expected \"raw\", \"minified\" or "
                    + "\"whitespaceFree\"",
                "--set: notify.signatureBodies[1]: repeats \"raw\", expected each value once",
            ]
        ),
        (
            ["notify.confirmWithQuery=maybe"],
            [
                "--set: notify.confirmWithQuery: is \"maybe\", "
                    + "expected \"never\", \"unproven\" or \"always\""
            ]
        ),
        (
            ["notify.staleTimestamp=true"],
            ["--set: notify.staleTimestamp: is a boolean, expected \"confirm\" or \"reject\""]
        ),
        (
            ["notify.allowedAddresses=[\"10.0.0.1/8\"]"],
            [
                "--set: notify.allowedAddresses[0]: \"10.0.0.1/8\" has address bits set after its "
                    + "prefix; expected the first address of the range"
            ]
        ),
        (
            ["notify.trustedProxies=127.0.0.1"],
            [
                "--set: notify.trustedProxies: is a string, "
                    + "expected an array, each a form like 10.0.0.0/8 or ::1/128"
            ]
        ),
        (
            ["internal.allowPlaintext=yes"],
            ["--set: internal.allowPlaintext: is a string, expected true or false"]
        ),
        (
            ["cashIn.clientId="],
            ["--set: cashIn.clientId: is empty, expected the client id (CID…)"]
        ),
        (
            ["cashIn.clientId=null"],
            ["--set: cashIn.clientId: is null, expected the client id (CID…)"]
        ),
        (
            ["cashIn.merchantId=M H"],
            [
                "--set: cashIn.merchantId: is not 1 to 64 visible ASCII characters, "
                    + "expected the merchant id (MCH…)"
            ]
        ),
        (
            ["cashIn.baseURL=http://api.example.id"],
            [
                "--set: cashIn.baseURL: uses http to another machine, "
                    + "expected https (http is allowed to loopback only)"
            ]
        ),
        (
            ["cashIn.signaturePathPrefix=pg/fo"],
            [
                "--set: cashIn.signaturePathPrefix: is \"pg/fo\", "
                    + "expected \"\" or a path that begins with / and does not end with it"
            ]
        ),
        (["storage.database="], ["--set: storage.database: is empty, expected a path"]),
        (
            ["reconcile.scheduleSeconds=[0, 60, 60]"],
            [
                "--set: reconcile.scheduleSeconds: is not in ascending order, "
                    + "expected each number to be larger than the one before"
            ]
        ),
        (
            ["reconcile.scheduleSeconds=[-1, 'x']"],
            [
                "--set: reconcile.scheduleSeconds[0]: is -1, "
                    + "expected a whole number from 0 to 31536000",
                "--set: reconcile.scheduleSeconds[1]: is a string, "
                    + "expected a whole number from 0 to 31536000",
            ]
        ),
        (
            ["log.level=loud"],
            [
                "--set: log.level: is \"loud\", "
                    + "expected \"debug\", \"info\", \"warning\" or \"error\""
            ]
        ),
    ])
    func `every problem has its line`(_ overrides: [String], _ lines: [String]) throws {
        let fixture = try ConfigurationFixture()
        #expect(fixture.problems(Self.receiveOnly + overrides) == lines)
    }

    @Test(arguments: [
        ("limits.bodyBytes", 1, 16_777_216), ("limits.headerBytes", 256, 1_048_576),
        ("limits.headerCount", 4, 1024), ("limits.headerSeconds", 1, 3600),
        ("limits.bodySeconds", 1, 3600), ("limits.idleSeconds", 1, 86_400),
        ("limits.requestsInFlight", 1, 1_000_000), ("limits.connections", 1, 1_000_000),
        ("internal.limits.bodyBytes", 1, 16_777_216), ("storage.rejectedKept", 0, 10_000_000),
        ("notify.timestampToleranceSeconds", 0, 604_800), ("cashIn.connectTimeoutSeconds", 1, 300),
        ("cashIn.requestTimeoutSeconds", 1, 300), ("cashIn.maxConcurrentRequests", 1, 1024),
        ("cashIn.defaultValiditySeconds", 1, 31_536_000), ("reconcile.graceSeconds", 0, 86_400),
    ])
    func `every number has its bounds`(_ key: String, _ least: Int, _ most: Int) throws {
        var fixture = try ConfigurationFixture()
        fixture.context.descriptorsMax = .max
        for number in [least, most] {
            #expect(fixture.problems(Self.receiveOnly + ["\(key)=\(number)"]) == [])
        }
        for number in [least - 1, most + 1] {
            let line =
                "--set: \(key): is \(number), expected a whole number from \(least) to \(most)"
            #expect(fixture.problems(Self.receiveOnly + ["\(key)=\(number)"]) == [line])
        }
        let line = "--set: \(key): is 7.5, expected a whole number from \(least) to \(most)"
        #expect(fixture.problems(Self.receiveOnly + ["\(key)=7.5"]) == [line])
    }

    @Test func `all problems of a file are told at once, under its name`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write(
            "config.json5",
            """
            {
              log: { level: 3, colour: true },
              internal: { tokens: [{ file: "orders.token", scopes: [] }, 7] },
              cashIn: { publicKeyFiles: ["missing.pem"] },
              extra: {},
            }
            """
        )
        #expect(
            fixture.problems() == [
                "FILE: notify.publicURL: is missing, expected the URL registered with the gateway, "
                    + "such as https://pay.example.id/v1.0/debit/notify",
                "FILE: internal.tokens[0].name: is missing, "
                    + "expected a name of 1 to 64 letters, digits, \".\", \"_\" or \"-\"",
                "FILE: internal.tokens[0].scopes: is empty, expected at least one of \"feed\", "
                    + "\"journal\", \"generate\", \"operate\", \"metrics\" or \"admin\"",
                "FILE: internal.tokens[1]: is a number, expected an object",
                "FILE: cashIn.clientId: is missing, expected the client id (CID…)",
                "FILE: cashIn.publicKeyFiles[0]: \"DIR/missing.pem\" cannot be read, "
                    + "open: No such file or directory (2); expected a readable file",
                "FILE: log.level: is a number, "
                    + "expected \"debug\", \"info\", \"warning\" or \"error\"",
                "FILE: log.colour: is unknown, expected a known key; the nearest is log.format",
                "FILE: extra: is unknown, expected a known key; the nearest is notify",
            ]
        )
    }

    @Test(arguments: [
        ("{", "FILE: line 1, column 2: the text ends, expected a key or \"}\""),
        ("[]", "FILE: is an array, expected an object"),
    ])
    func `a file that is no object is one problem`(_ text: String, _ line: String) throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("config.json5", text)
        #expect(fixture.problems() == [line])
    }

    @Test func `a file that is missing, too large or not UTF-8 is one problem`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("config.json5", String(repeating: " ", count: 1_048_577))
        let large = "FILE: cannot be read, it has more than 1048576 bytes; "
        #expect(fixture.problems() == [large + "expected a readable JSON5 file"])
        try FileCreation.remove(fixture.file)
        let missing = "FILE: cannot be read, open: No such file or directory (2); "
        #expect(fixture.problems() == [missing + "expected a readable JSON5 file"])
        try FileCreation.write([0x7B, 0xFF, 0x7D], to: fixture.file, mode: 0o600)
        #expect(fixture.problems() == ["FILE: is not UTF-8, expected JSON5 text"])
    }

    @Test func `a key that would break its line is escaped`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("config.json5", "{ 'a\\nFILE: b\\u001b[31m': 1 }")
        let line = try #require(fixture.problems().last)
        #expect(line.hasPrefix("FILE: a\\u{a}FILE: b\\u{1b}[31m: is unknown, "))
    }

    @Test(arguments: [(8271, 1), (8272, 0), (8273, 0)])
    func `caps must fit below the hard limit of descriptors`(_ most: Int, _ count: Int) throws {
        var fixture = try ConfigurationFixture()
        fixture.context.descriptorsMax = most
        let set = ["limits.connections=4096", "internal.limits.connections=4096"]
        let line =
            "--set: limits.connections: is 4096; together with internal.limits.connections (4096) "
            + "and 80 other descriptors it exceeds the hard RLIMIT_NOFILE of \(most); "
            + "expected fewer connections, or a higher limit"
        #expect(fixture.problems(set) == Array(repeating: line, count: count))
    }

    @Test(arguments: [
        ([], 472, 472), (["limits.connections=600"], 600, 344),
        (["internal.limits.connections=928"], 16, 928),
        (["cashIn.maxConcurrentRequests=32"], 464, 464),
    ])
    func `caps that are not set are fitted below that limit, with a warning`(
        _ set: [String],
        _ connections: Int,
        _ internalConnections: Int
    ) throws {
        var fixture = try ConfigurationFixture()
        fixture.context.descriptorsMax = 1_024
        let loaded = try fixture.load(set)
        #expect(loaded.configuration.limits.connections == connections)
        #expect(loaded.configuration.internalAPI.limits.connections == internalConnections)
        #expect(loaded.warnings.contains { $0.text.contains("hard RLIMIT_NOFILE of 1024") })
        #expect(loaded.effectiveText.contains("connections: \(connections)"))
        #expect(loaded.effectiveText.contains("connections: \(internalConnections)"))
    }

    @Test(arguments: ["limits.connections=929", "cashIn.maxConcurrentRequests=929"])
    func `too little room for connections is a problem`(_ set: String) throws {
        var fixture = try ConfigurationFixture()
        fixture.context.descriptorsMax = 1_024
        #expect(fixture.problems([set]).contains { $0.contains("expected fewer connections") })
    }
}
