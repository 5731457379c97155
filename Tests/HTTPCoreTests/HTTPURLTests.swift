import Testing

@testable import HTTPCore

struct HTTPURLTests {
    @Test(arguments: [
        ("https://pay.example.id/v1.0/x", "pay.example.id", 443, "/v1.0/x", true),
        ("http://127.0.0.1:8080", "127.0.0.1", 8080, "", false),
        ("HTTPS://[::1]:1/", "::1", 1, "/", true),
        ("http://a:65535/%2F//b", "a", 65535, "/%2F//b", false),
    ])
    func `reads its parts as written`(
        _ text: String,
        _ host: String,
        _ port: Int,
        _ path: String,
        _ isSecure: Bool
    ) throws {
        let url = try HTTPURL(text)
        #expect((url.host, url.port, url.path) == (host, port, path))
        #expect(url.isSecure == isSecure)
        #expect(url.text == text)
    }

    @Test(arguments: [
        ("", "is empty, expected an http or https URL"),
        ("pay.example.id/x", "does not begin with http:// or https://, expected a URL that does"),
        ("ftp://a/", "does not begin with http:// or https://, expected a URL that does"),
        ("https://a/?b", "has a query, expected a URL without one"),
        ("https://a/#b", "has a fragment, expected a URL without one"),
        ("https://u:p@a/", "contains credentials, expected a URL without them"),
        ("https:///x", "has no host, expected one"),
        ("https://:80/", "has no host, expected one"),
        ("https://%41[/", "has no valid host, expected a name or an address"),
        ("https://a]:80/", "has no valid host, expected a name or an address"),
        ("https://a\\b/", "has no valid host, expected a name or an address"),
        ("https://%61.id/", "has no valid host, expected a name or an address"),
        ("https://[pay.id]/", "has no valid host, expected a name or an address"),
        ("https://a:0/", "has no valid port after its host, expected 1 to 65535"),
        ("https://a:65536/", "has no valid port after its host, expected 1 to 65535"),
        ("https://a:+1/", "has no valid port after its host, expected 1 to 65535"),
        ("https://a:/", "has no valid port after its host, expected 1 to 65535"),
        ("https://[::1/", "has a \"[\" without its \"]\", expected [address]"),
        ("https://[::1]x/", "has text between \"]\" and the port, expected [address]:port"),
        ("https://a/ b", "contains a blank or a non-ASCII character, expected a URL"),
        ("https://é/", "contains a blank or a non-ASCII character, expected a URL"),
    ])
    func `says what is wrong with a URL`(_ text: String, _ reason: String) {
        let error = #expect(throws: MalformedURL.self) { try HTTPURL(text) }
        #expect(error?.text == reason)
    }
}
