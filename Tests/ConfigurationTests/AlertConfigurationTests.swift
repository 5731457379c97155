import AlertMessages
import HTTPClient
import Payments
import Support
import Testing

@testable import Configuration

/// The key `alerts`.
struct AlertConfigurationTests {
    private func alerts(_ members: String...) -> String {
        let elements = members.map { "{ name: 'ops', url: 'https://chat.example/x', \($0) }" }
        return "alerts=[\(elements.joined(separator: ", "))]"
    }

    private func load(_ element: String) throws -> LoadedConfiguration {
        try ConfigurationFixture().load(["alerts=[\(element)]"])
    }

    @Test func `without the key there are no alerts`() throws {
        #expect(try ConfigurationFixture().load().configuration.alerts.isEmpty)
    }

    @Test func `an alert has defaults`() throws {
        let loaded = try load("{ name: 'ops', url: 'https://chat.example' }")
        let alert = try #require(loaded.configuration.alerts.first)
        #expect(alert.name == "ops")
        #expect(alert.url.origin.isSecure)
        #expect((alert.url.origin.host, alert.url.origin.port) == ("chat.example", 443))
        #expect(alert.url.target == "/")
        #expect(alert.headers.isEmpty)
        #expect(alert.body == nil)
        #expect(alert.afterSeconds == 60)
        #expect(AttentionKind.allCases.allSatisfy { alert.covers($0) })
    }

    @Test func `an alert has what is configured`() throws {
        let loaded = try load(
            """
            { name: 'a-1', url: 'http://[::1]:81/p/q%20r?k=v?w', kinds: ['disk-low'],
              headers: { 'X-Key': 'v w', 'content-type': 'text/plain' }, body: '${title}',
              afterSeconds: 0 }
            """
        )
        let alert = try #require(loaded.configuration.alerts.first)
        #expect(!alert.url.origin.isSecure)
        #expect((alert.url.origin.host, alert.url.origin.port) == ("::1", 81))
        #expect(alert.url.target == "/p/q%20r?k=v?w")
        #expect(alert.url.description == "http://[::1]:81")
        #expect(alert.header("x-key") == "v w")
        #expect(alert.kinds == [.diskLow])
        #expect(alert.covers(.diskLow))
        #expect(!alert.covers(.qrRefused))
        #expect(alert.afterSeconds == 0)
        let test = AlertMessage(testOf: "a-1", url: nil)
        #expect(alert.body?.body(of: test) == Array("Test of the alert a-1".utf8))
    }

    @Test(arguments: [
        ("alerts=5", "alerts: is a number, expected an array"),
        ("alerts=[5]", "alerts[0]: is a number, expected an object"),
        ("alerts=[{ url: 'https://a' }]", "alerts[0].name: is missing, expected a name"),
        (
            "alerts=[{ name: 'a b', url: 'https://a' }]",
            "alerts[0].name: is \"a b\", expected a name of 1 to 64 letters, digits, \".\", "
                + "\"_\" or \"-\""
        ),
        (
            "alerts=[{ name: 'a' }]",
            "alerts[0].url: is missing, expected an https URL, or an http URL of this machine"
        ),
        (
            "alerts=[{ name: 'a', url: 'https://a' }, { name: 'a', url: 'https://b' }]",
            "alerts[1].name: repeats \"a\", expected each name once"
        ),
        (
            "alerts=[{ name: 'a', url: 'https://a', kindz: [] }]",
            "alerts[0].kindz: is unknown, expected a known key; the nearest is alerts[0].kinds"
        ),
    ])
    func `an invalid element is refused`(override: String, problem: String) throws {
        #expect(try ConfigurationFixture().problems([override]) == ["--set: \(problem)"])
    }

    @Test(arguments: [
        ("", "is empty, expected an http or https URL"),
        ("SECRET", "does not begin with http:// or https://, expected a URL that does"),
        ("ftp://a/SECRET", "does not begin with http:// or https://, expected a URL that does"),
        ("https://u:SECRET@a/", "contains credentials, expected a URL without them"),
        ("https://a/SECRET#x", "has a fragment, expected a URL without one"),
        ("https://a/SECRET x", "contains a blank or a non-ASCII character, expected a URL"),
        ("https://a/SECRETé", "contains a blank or a non-ASCII character, expected a URL"),
        (
            "https://a/SECRET%zz",
            "has a character in its path or query that a URL cannot have, expected other "
                + "characters percent-encoded"
        ),
        ("https:///SECRET", "has no host, expected one"),
        ("https://a:0/SECRET", "has no valid port after its host, expected 1 to 65535"),
        (
            "http://chat.example/SECRET",
            "uses http to another machine, expected https (http is allowed to loopback only)"
        ),
    ])
    func `an invalid URL is refused without being shown`(url: String, problem: String) throws {
        let lines = try ConfigurationFixture().problems(["alerts=[{name:'a',url:'\(url)'}]"])
        #expect(lines == ["--set: alerts[0].url: \(problem)"])
    }

    @Test(arguments: ["http://127.0.0.1", "http://localhost:9", "http://[::1]/x"])
    func `plain HTTP is allowed to this machine`(url: String) throws {
        #expect(try load("{ name: 'a', url: '\(url)' }").configuration.alerts.count == 1)
    }

    @Test(arguments: [
        ("[]", "headers: is an array, expected an object of header fields"),
        ("{ 'X-A': 1 }", "headers: has \"X-A\", which is a number, expected a string"),
        (
            "{ 'X A': 'SECRET' }",
            "headers: has \"X A\", but that is not the name of a header field; expected a header "
                + "field (RFC 9110) that does not control the connection"
        ),
        (
            "{ 'X-A': 'SECRET\\r\\nX-B: 1' }",
            "headers: has \"X-A\", but the value of X-A contains a control character; expected a "
                + "header field (RFC 9110) that does not control the connection"
        ),
        (
            "{ Host: 'SECRET' }",
            "headers: has \"Host\", but Host cannot be set; expected a header field (RFC 9110) "
                + "that does not control the connection"
        ),
        (
            "{ 'content-length': 'SECRET' }",
            "headers: has \"content-length\", but content-length cannot be set; expected a header "
                + "field (RFC 9110) that does not control the connection"
        ),
        ("{ 'X-A': 'b', 'x-a': 'c' }", "headers: repeats x-a, expected each name once"),
        (
            "{ 'Content-Type': 'text/html' }",
            "headers: has a Content-Type for which values cannot be escaped, expected "
                + "application/json, text/plain or application/x-www-form-urlencoded"
        ),
    ])
    func `invalid headers are refused without their values`(
        headers: String,
        problem: String
    ) throws {
        let lines = try ConfigurationFixture().problems([alerts("headers: \(headers)")])
        #expect(lines == ["--set: alerts[0].\(problem)"])
    }

    @Test(arguments: [
        ("kinds: 'disk-low'", "kinds: is a string, expected an array, each an attention kind"),
        (
            "kinds: ['disk-low', 'amount-mismach']",
            "kinds[1]: is \"amount-mismach\", expected the name of an attention kind; the nearest "
                + "is \"amount-mismatch\""
        ),
        (
            "kinds: ['disk-low', 'disk-low']",
            "kinds[1]: repeats \"disk-low\", expected each value once"
        ),
        ("afterSeconds: -1", "afterSeconds: is -1, expected a whole number from 0 to 604800"),
        (
            "afterSeconds: 604801",
            "afterSeconds: is 604801, expected a whole number from 0 to 604800"
        ),
        (
            "afterSeconds: '5'",
            "afterSeconds: is a string, expected a whole number from 0 to 604800"
        ),
        (
            "body: 5",
            "body: is a number, expected a text with placeholders such as ${title} or null"
        ),
        (
            "body: '{'",
            "body: is not JSON once its placeholders are replaced (ends too early), "
                + "expected JSON with each placeholder inside a string, or a header Content-Type "
                + "of another type"
        ),
        (
            "body: '\"${text}\"'",
            "body: has the unknown placeholder \"${text}\", expected one of "
                + "${title}, ${detail}, ${kind}, ${reference}, ${url}"
        ),
        (
            "headers: { 'Content-Type': 'text/plain' }",
            "body: is null, which stands for a JSON object, but the header Content-Type is not "
                + "JSON; expected a text with placeholders such as ${title}"
        ),
    ])
    func `other invalid values are refused`(members: String, problem: String) throws {
        let lines = try ConfigurationFixture().problems([alerts(members)])
        #expect(lines == ["--set: alerts[0].\(problem)"])
    }

    @Test func `the number of alerts is bounded`() throws {
        let elements = (1...17).map { "{ name: 'a\($0)', url: 'https://a' }" }
        let all = "alerts=[\(elements.joined(separator: ","))]"
        #expect(
            try ConfigurationFixture().problems([all])
                == ["--set: alerts: has 17 elements, expected at most 16"]
        )
        let most = "alerts=[\(elements.dropLast().joined(separator: ","))]"
        #expect(try ConfigurationFixture().problems([most]).isEmpty)
    }

    @Test func `the printed values and descriptions have no secret`() throws {
        let loaded = try load(
            """
            { name: 'ops', url: 'https://chat.example:8443/services/SECRET?k=SECRET',
              headers: { Authorization: 'Bearer SECRET' } }
            """
        )
        let text = loaded.effectiveText
        #expect(!text.contains("SECRET"), "\(text)")
        #expect(text.contains("url: \"https://chat.example:8443/***\""), "\(text)")
        #expect(text.contains("Authorization: \"***\""), "\(text)")
        let alert = try #require(loaded.configuration.alerts.first)
        var dumped = "\(alert) \(alert.url) \(String(reflecting: alert))"
        dump(alert, to: &dumped)
        dump(alert.url, to: &dumped)
        #expect(!dumped.contains("SECRET"), "\(dumped)")
    }

    @Test func `a reload names a changed secret without showing it`() throws {
        let fixture = try ConfigurationFixture()
        let change = { (one: String, other: String) in
            let (old, new) = (
                try fixture.load(["alerts=[\(one)]"]), try fixture.load(["alerts=[\(other)]"])
            )
            return new.changes(since: old)
        }
        let alert = { (path: String, key: String) in
            "{ name: 'a', url: 'https://a/\(path)', headers: { 'X-Key': '\(key)' } }"
        }
        #expect(try change(alert("x", "k"), alert("x", "k")).contents.isEmpty)
        #expect(try change(alert("x", "k"), alert("y", "k")).contents == ["alerts[0].url"])
        #expect(
            try change(alert("x", "k"), alert("x", "l")).contents == ["alerts[0].headers.X-Key"]
        )
        #expect(try change("", alert("x", "k")).changed == ["alerts"])
    }

    @Test func `an https URL needs certificates to trust`() throws {
        var fixture = try ConfigurationFixture()
        fixture.context.hasTrustedCertificates = { false }
        let here = try fixture.warnings([
            "cashIn.caFile=null", "alerts=[{ name: 'a', url: 'http://127.0.0.1' }]",
        ])
        #expect(!here.contains { $0.contains("alerts") })
        let lines = try fixture.warnings(["alerts=[{ name: 'a', url: 'https://a/SECRET' }]"])
        let line = try #require(lines.first { $0.contains("alerts[0].url") })
        #expect(line.contains("is https://a, and the system trusts no certificate authority"))
        #expect(!line.contains("SECRET"))
    }
}
