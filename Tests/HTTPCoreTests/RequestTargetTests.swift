import Testing

@testable import HTTPCore

struct RequestTargetTests {
    private static let accepted: [(line: String, path: String, query: String?, reason: String)] = [
        ("GET /", "/", nil, "the shortest"),
        ("GET /a/b.c", "/a/b.c", nil, "origin-form"),
        ("GET /?", "/", "", "an empty query is one"),
        ("GET /a?b=c&d", "/a", "b=c&d", "a query"),
        ("GET /a?b?c/d", "/a", "b?c/d", "only the first question mark splits"),
        ("GET //a", "//a", nil, "an empty segment"),
        ("GET /%41%2f", "/%41%2f", nil, "escapes stay as they are"),
        ("GET /a:@!$&'()*+,;=~", "/a:@!$&'()*+,;=~", nil, "every delimiter of a path"),
        ("GET /a[0]/]?b[]=c&d=]e[", "/a[0]/]", "b[]=c&d=]e[", "brackets in path and query"),
        ("GET http://h/[?]", "/[", "]", "and in absolute-form"),
        ("GET http://h/a?b", "/a", "b", "absolute-form"),
        ("GET HTTPS://h:1/a", "/a", nil, "a scheme in capitals, a port"),
        ("GET http://[::1]:1/a", "/a", nil, "an IPv6 authority"),
        ("GET http://h", "/", nil, "an empty path means the root"),
        ("GET http://h?q", "/", "q", "an empty path with a query"),
        ("GET http://h:/", "/", nil, "an empty port"),
        ("OPTIONS *", "*", nil, "asterisk-form"),
        ("OPTIONS /a", "/a", nil, "OPTIONS of one resource"),
        ("CONNECT h:443", "", nil, "authority-form has no path"),
        ("CONNECT [::1]:443", "", nil, "authority-form with an address"),
    ]

    @Test func `each form of a target has its path and query`() throws {
        for (line, path, query, reason) in Self.accepted {
            let head = try head("\(line) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(head.text(head.path) == path, "\(reason)")
            #expect(head.query.map { head.text($0) } == query, "\(reason)")
        }
    }

    private static let refused: [(line: String, reason: String)] = [
        ("GET a", "neither a path nor a scheme"),
        ("GET ?a", "a query alone"),
        ("GET *", "the asterisk is for OPTIONS"),
        ("OPTIONS **", "more than an asterisk"),
        ("GET h:443", "authority-form is for CONNECT"),
        ("CONNECT /", "CONNECT has an authority"),
        ("CONNECT h", "CONNECT needs a port"),
        ("CONNECT :443", "CONNECT needs a host"),
        ("CONNECT http://h:1/", "CONNECT in absolute-form"),
        ("GET ftp://h/", "a scheme that is not served"),
        ("GET http:/h", "one slash"),
        ("GET http:h", "no slash"),
        ("GET http://", "no authority"),
        ("GET http:///a", "an empty host"),
        ("GET http://:80/", "a port without a host"),
        ("GET http://u@h/", "user information"),
        ("GET http://h:x/", "a port that is no number"),
        ("GET http://[::1/", "an open bracket"),
        ("GET http://h[/", "a bracket in a name"),
        ("GET /a#[", "a bracket in a fragment"),
        ("GET /%", "an escape without digits"),
        ("GET /%4", "an escape with one digit"),
        ("GET /%4g", "an escape with a letter"),
        ("GET /?%zz", "a wrong escape in a query"),
        ("GET /a\"b", "a quotation mark"),
        ("GET /a\\b", "a backslash"),
        ("GET /a|b", "a bar"),
    ]

    @Test func `any other target is refused`() {
        for (line, reason) in Self.refused {
            let outcome = read("\(line) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(outcome.malformedPart == .target, "\(reason)")
        }
    }

    private static let hosts: [(host: String, isValid: Bool, reason: String)] = [
        ("", false, "nothing"),
        (" \t", false, "blanks alone"),
        (":", false, "a colon alone"),
        (":80", false, "a port without a host"),
        ("a", true, "a name"),
        ("pay.example.id:8080", true, "a name and a port"),
        ("a:", true, "an empty port"),
        ("127.0.0.1:1", true, "an IPv4 address"),
        ("[::1]", true, "an IPv6 address"),
        ("[::ffff:1.2.3.4]:80", true, "an IPv6 address with a port"),
        ("a_b~c!$&'()*+,;=", true, "every delimiter of a name"),
        ("%41", true, "an escape"),
        ("%4", false, "half an escape"),
        ("a b", false, "a blank"),
        ("a/b", false, "a path"),
        ("a?b", false, "a query"),
        ("a#b", false, "a fragment"),
        ("u@a", false, "user information"),
        ("a:b", false, "a port that is no number"),
        ("a:1:2", false, "two ports"),
        ("::1", false, "an IPv6 address without brackets"),
        ("[::1", false, "an open bracket"),
        ("[]", false, "empty brackets"),
        ("[:]", false, "too short for an address"),
        ("[::1]a", false, "something behind the bracket"),
        ("[::g]", false, "a letter beyond f"),
        ("a]", false, "a bracket that was not opened"),
        ("http://a", false, "a whole URI"),
        ("\u{E9}.id", false, "a name beyond ASCII"),
        ("a\\b", false, "a backslash"),
    ]

    @Test func `Host is a host and an optional port`() {
        for (host, isValid, reason) in Self.hosts {
            let outcome = read(get(lines: "Host: \(host)"))
            #expect((outcome.request != nil) == isValid, "\(reason)")
            #expect(outcome.malformedPart == (isValid ? nil : .host), "\(reason)")
        }
    }
}
