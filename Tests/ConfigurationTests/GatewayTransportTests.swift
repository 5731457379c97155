import HTTPClient
import Support
import Testing

@testable import Configuration

/// The keys for the way to the gateway: proxy, client certificate, trust.
struct GatewayTransportTests {
    private static let receiveOnly = [
        "cashIn.privateKeyFile=null", "notify.confirmWithQuery=never",
    ]

    @Test(arguments: [
        ("http://proxy.test:3128", "proxy.test", 3128, nil, nil, "http://proxy.test:3128"),
        ("HTTP://10.0.0.1:80/", "10.0.0.1", 80, nil, nil, "http://10.0.0.1:80"),
        ("http://[::1]:8080", "::1", 8080, nil, nil, "http://[::1]:8080"),
        ("http://u:p@a:1", "a", 1, "u", "p", "http://u:***@a:1"),
        ("http://u:p%40%3a%2F@a:1", "a", 1, "u", "p@:/", "http://u:***@a:1"),
        ("http://u:p:q@r@a:1", "a", 1, "u", "p:q@r", "http://u:***@a:1"),
        ("http://u:@a:1", "a", 1, "u", "", "http://u:***@a:1"),
    ])
    func `a proxy is read, and printed without its password`(
        _ text: String,
        _ host: String,
        _ port: Int,
        _ user: String?,
        _ password: String?,
        _ shown: String
    ) throws {
        let fixture = try ConfigurationFixture()
        let loaded = try fixture.load(Self.receiveOnly + ["cashIn.proxyURL=\(text)"])
        let proxy = loaded.configuration.cashIn.proxy
        #expect(proxy?.host == host)
        #expect(proxy?.port == port)
        #expect(proxy?.credentials?.user == user)
        #expect(proxy?.credentials?.password == password)
        #expect(loaded.effectiveText.contains("proxyURL: \"\(shown)\""))
        #expect(ClientSettings(loaded.configuration.cashIn).proxy == proxy)
    }

    @Test(arguments: [
        (
            "https://proxy.test:3128",
            "is an https proxy, FORM; TLS to the gateway runs inside the tunnel"
        ),
        ("socks5://proxy.test:1080", "does not begin with http://, FORM"),
        ("proxy.test:3128", "does not begin with http://, FORM"),
        ("http://proxy.test", "has no port, FORM"),
        ("http://proxy.test:3128/path", "has a path or a query, FORM"),
        ("http://proxy.test:3128?a", "has a path or a query, FORM"),
        ("http://:3128", "has no host, expected one"),
        ("http://proxy.test:0", "has no valid port after its host, expected 1 to 65535"),
        (
            "http://secret@proxy.test:3128",
            "has no valid user name and password before the \"@\", expected user:password with "
                + "other characters percent-encoded"
        ),
        (
            "http://user:secret%zz@proxy.test:3128",
            "has no valid user name and password before the \"@\", expected user:password with "
                + "other characters percent-encoded"
        ),
        (
            "http://user:secret%0d@proxy.test:3128",
            "has no valid user name and password before the \"@\", expected user:password with "
                + "other characters percent-encoded"
        ),
    ])
    func `another form of proxy is refused, without its password`(
        _ text: String,
        _ expected: String
    ) throws {
        let fixture = try ConfigurationFixture()
        let problems = fixture.problems(Self.receiveOnly + ["cashIn.proxyURL=\(text)"])
        let form = "expected http://[user:password@]host:port"
        #expect(
            problems == ["--set: cashIn.proxyURL: \(expected.replacing("FORM", with: form))"]
        )
        #expect(!problems.joined().contains("secret"))
    }

    @Test func `client certificate and key are read as serve reads them`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("client.pem", Fixture.text("key-certificate.pem"))
        try fixture.directory.write("client.key", Fixture.text("key-pkcs8.pem"))
        let certificate = "cashIn.clientCertificateFile=client.pem"
        #expect(fixture.problems([certificate, "cashIn.clientKeyFile=client.key"]) == [])
        let rows: [([String], String)] = [
            (
                [certificate],
                "cashIn.clientKeyFile: is missing, expected the key of clientCertificateFile"
            ),
            (
                ["cashIn.clientKeyFile=client.key"],
                "cashIn.clientCertificateFile: is missing, "
                    + "expected the certificate of clientKeyFile"
            ),
            (
                [certificate, "cashIn.clientKeyFile=merchant-private.pem"],
                "cashIn.clientKeyFile: \"DIR/merchant-private.pem\" holds another key than that "
                    + "of \"DIR/client.pem\", expected its key"
            ),
            (
                [certificate, "cashIn.clientKeyFile=absent.key"],
                "cashIn.clientKeyFile: \"DIR/absent.key\" cannot be read, open: No such file or "
                    + "directory (2); expected a readable file"
            ),
            (
                ["cashIn.clientCertificateFile=client.key", "cashIn.clientKeyFile=client.key"],
                "cashIn.clientCertificateFile: \"DIR/client.key\" holds no certificate "
                    + "(no start line; PEM lib), expected one in PEM"
            ),
        ]
        for (overrides, text) in rows {
            let problems = fixture.problems(overrides)
            #expect(problems.count == 1)
            #expect(problems.first?.hasSuffix(text) == true, "\(problems)")
        }
    }

    @Test(arguments: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
    func `a proxy in the environment is not used, which is said`(_ name: String) throws {
        var fixture = try ConfigurationFixture()
        fixture.context.environment[name] = "http://proxy.test:3128"
        #expect(
            try fixture.warnings() == [
                "FILE: cashIn.proxyURL: is not set, and the environment variable \(name) is not "
                    + "used; expected proxyURL if the gateway is reached through a proxy"
            ]
        )
        #expect(try fixture.warnings(["cashIn.proxyURL=http://proxy.test:3128"]) == [])
        #expect(try fixture.warnings(["cashIn.baseURL=http://127.0.0.1:9/pg/fo"]) == [])
        #expect(try fixture.warnings(Self.receiveOnly) == [])
    }

    @Test func `a password that crosses a network in clear is a warning`() throws {
        let fixture = try ConfigurationFixture()
        #expect(
            try fixture.warnings(["cashIn.proxyURL=http://u:p@proxy.test:3128"]) == [
                "--set: cashIn.proxyURL: sends the password to proxy.test without TLS; expected a "
                    + "proxy on this machine or in a network that you trust"
            ]
        )
        #expect(try fixture.warnings(["cashIn.proxyURL=http://u:p@127.0.0.1:3128"]) == [])
    }

    @Test func `an empty trust store is a warning`() throws {
        var fixture = try ConfigurationFixture()
        fixture.context.hasTrustedCertificates = { false }
        let warnings = try fixture.warnings()
        #expect(warnings.count == 1)
        let start = "FILE: cashIn.caFile: is null, and the system trusts no certificate authority ("
        #expect(warnings.first?.hasPrefix(start) == true, "\(warnings)")
        try fixture.directory.write("ca.pem", Fixture.text("key-certificate.pem"))
        #expect(try fixture.warnings(["cashIn.caFile=ca.pem"]) == [])
        #expect(try fixture.warnings(Self.receiveOnly) == [])
    }
}
