import Captures
import Crypto
import Snap
import Support
import Testing

@testable import Diagnosis

/// Each mistake is signed for real and has to be named.
struct ChangeTests {
    /// One way to go wrong, and what it is called.
    struct Mistake: CustomTestStringConvertible, Sendable {
        let name: SignatureDifference.Name
        let reason: String
        let make: @Sendable (inout Scene) -> Void

        init(
            _ name: SignatureDifference.Name,
            _ reason: String,
            _ make: @escaping @Sendable (inout Scene) -> Void
        ) {
            self.name = name
            self.reason = reason
            self.make = make
        }

        var testDescription: String { "\(name.rawValue): \(reason)" }
    }

    static func signed(_ path: String) -> @Sendable (inout Scene) -> Void {
        { $0.signedPath = path }
    }

    static func body(_ sent: String, signed: String) -> @Sendable (inout Scene) -> Void {
        {
            $0.callback.body = Array(sent.utf8)
            $0.signedBody = Array(signed.utf8)
        }
    }

    static func time(_ sent: String, signed: String) -> @Sendable (inout Scene) -> Void {
        {
            $0.set("X-TIMESTAMP", sent)
            $0.signedTimestamp = signed
        }
    }

    static let paths: [Mistake] = [
        Mistake(.completeURL, "the URL where a path is expected", signed(Scene.url)),
        Mistake(.pathOnly, "the path where the URL is expected") {
            $0.settings.signaturePaths = [Scene.url]
        },
        Mistake(.registeredPath, "another path is configured") {
            $0.settings.signaturePaths = ["/other"]
        },
        Mistake(
            .standardPath,
            "the page's own path",
            {
                $0.settings.signaturePaths = ["/other"]
                $0.signedPath = "/v1.0/debit/notify"
            }
        ),
        Mistake(.receivedTarget, "the received path is none of ours") {
            $0.callback.target = "/upstream/notify"
            $0.signedPath = "/upstream/notify"
        },
        Mistake(.proxyPrefix, "the proxy's prefix is not signed", signed("/debit/notify")),
        Mistake(.proxyPrefix, "a usual prefix that nothing tells of") {
            $0.signedPath = "/webhooks" + $0.callback.target
        },
        Mistake(.proxyPrefix, "two segments are not signed", signed("/notify")),
        Mistake(.proxyPrefix, "a prefix stands before what was received") {
            $0.callback.target = "/in"
            $0.signedPath = "/pay/in"
        },
        Mistake(.proxyPrefix, "the proxy says what it took away") {
            $0.callback.target = "/in"
            $0.add("X-Forwarded-Prefix", "/gw/")
            $0.signedPath = "/gw/in"
        },
        Mistake(.proxyPrefix, "the proxy says what it received") {
            $0.add("X-Original-URI", "/before/it?x=1")
            $0.signedPath = "/before/it"
        },
        Mistake(.query, "the query is signed") {
            $0.callback.target = Scene.path + "?a=1&b"
            $0.signedPath = Scene.path + "?a=1&b"
        },
        Mistake(.query, "a query is configured and not signed") {
            $0.settings.signaturePaths = [Scene.path + "?a=1"]
        },
        Mistake(.trailingSlash, "one more", signed(Scene.path + "/")),
        Mistake(.trailingSlash, "one less") { $0.settings.signaturePaths = [Scene.path + "/"] },
        Mistake(.leadingSlash, "none", signed(String(Scene.path.dropFirst()))),
        Mistake(.scheme, "http for https") {
            $0.settings.signaturePaths = [Scene.url]
            $0.signedPath = "http://pay.example.id" + Scene.path
        },
        Mistake(.scheme, "none") {
            $0.settings.signaturePaths = [Scene.url]
            $0.signedPath = "pay.example.id" + Scene.path
        },
        Mistake(.host, "capitals") {
            $0.settings.signaturePaths = [Scene.url]
            $0.signedPath = "https://PAY.EXAMPLE.ID" + Scene.path
        },
        Mistake(.host, "with its port") {
            $0.settings.signaturePaths = [Scene.url]
            $0.signedPath = "https://pay.example.id:443" + Scene.path
        },
        Mistake(.host, "without its port") {
            $0.settings.signaturePaths = ["https://pay.example.id:8443" + Scene.path]
            $0.signedPath = Scene.url
        },
        Mistake(.host, "the one that the request names") {
            $0.settings.signaturePaths = [Scene.url]
            $0.set("Host", "internal.example:81")
            $0.signedPath = "https://internal.example:81" + Scene.path
        },
    ]

    static let bodies: [Mistake] = [
        Mistake(.bodyForm, "minified is signed, raw is configured") {
            $0.settings.bodyForms = [.raw]
            $0.setBody("{ \"a\": 1 }")
            $0.signedBody = Array("{\"a\":1}".utf8)
        },
        Mistake(.bodyForm, "raw is signed, minified is configured") {
            $0.settings.bodyForms = [.minified]
        },
        Mistake(.slashEscapes, "removed", body(#"{"a":"b\/c"}"#, signed: #"{"a":"b/c"}"#)),
        Mistake(.slashEscapes, "added", body(#"{"a":"b/c"}"#, signed: #"{"a":"b\/c"}"#)),
        Mistake(
            .slashEscapes,
            "behind an escaped backslash",
            body(#"{"a":"\\\/c"}"#, signed: #"{"a":"\\/c"}"#)
        ),
        Mistake(.unicodeEscapes, "removed", body(#"{"a":"\u00e9"}"#, signed: #"{"a":"é"}"#)),
        Mistake(.unicodeEscapes, "added", body(#"{"a":"é"}"#, signed: #"{"a":"\u00e9"}"#)),
        Mistake(.unicodeEscapes, "capitals", body(#"{"a":"é"}"#, signed: #"{"a":"\u00E9"}"#)),
        Mistake(
            .unicodeEscapes,
            "the same in other letters",
            body(#"{"a":"\u00e9"}"#, signed: #"{"a":"\u00E9"}"#)
        ),
        Mistake(
            .unicodeEscapes,
            "a pair of surrogates removed",
            body(#"{"a":"\uD83D\uDE00"}"#, signed: #"{"a":"😀"}"#)
        ),
        Mistake(
            .unicodeEscapes,
            "a pair of surrogates added",
            body(#"{"a":"😀"}"#, signed: #"{"a":"\ud83d\ude00"}"#)
        ),
        Mistake(
            .unicodeEscapes,
            "of ASCII removed",
            body(#"{"a":"\u003cb\u0026"}"#, signed: #"{"a":"<b&"}"#)
        ),
        Mistake(
            .unicodeEscapes,
            "of ASCII added",
            body(#"{"a":"<b&"}"#, signed: #"{"a":"\u003cb\u0026"}"#)
        ),
        Mistake(.numberLiterals, "shorter", body(#"{"a":10.50}"#, signed: #"{"a":10.5}"#)),
        Mistake(.numberLiterals, "one zero", body(#"{"a":10.00}"#, signed: #"{"a":10.0}"#)),
        Mistake(.numberLiterals, "no fraction", body(#"{"a":10.00}"#, signed: #"{"a":10}"#)),
        Mistake(.quotes, "made straight", body("{“a”:1}", signed: "{\"a\":1}")),
        Mistake(
            .bodyEnd,
            "LF dropped",
            {
                $0.settings.bodyForms = [.raw]; $0.callback.body += [10]
            }
        ),
        Mistake(.bodyEnd, "CR LF dropped") {
            $0.settings.bodyForms = [.raw]
            $0.callback.body += [13, 10]
        },
        Mistake(.bodyEnd, "LF added", { $0.signedBody += [10] }),
        Mistake(.bodyEnd, "CR LF added", { $0.signedBody += [13, 10] }),
        Mistake(.byteOrderMark, "removed", body("\u{FEFF}{}", signed: "{}")),
        Mistake(.byteOrderMark, "added", body("{}", signed: "\u{FEFF}{}")),
        Mistake(.lineEnds, "CR LF to LF", body("{\r\n\"a\":1\r\n}", signed: "{\n\"a\":1\n}")),
        Mistake(.lineEnds, "LF to CR LF", body("{\n\"a\":1\n}", signed: "{\r\n\"a\":1\r\n}")),
        Mistake(.emptyBody, "nothing is hashed", { $0.signedBody = [] }),
    ]

    static let times: [Mistake] = [
        ("2026-11-22T10:00:00+07:00", "2026-11-22T03:00:00Z"),
        ("2026-11-22T03:00:00Z", "2026-11-22T10:00:00+07:00"),
        ("2026-11-22T10:00:00+07:00", "2026-11-22T03:00:00+00:00"),
        ("2026-11-22T10:00:00+07:00", "2026-11-22T10:00:00+0700"),
        ("2026-11-22T10:00:00+0700", "2026-11-22T10:00:00+07:00"),
        ("2026-11-22T10:00:00+07:00", "2026-11-22T10:00:00.000+07:00"),
        ("2026-11-22T10:00:00.123+07:00", "2026-11-22T10:00:00+07:00"),
        ("2026-11-22T10:00:00.123456+07:00", "2026-11-22T03:00:00.123456Z"),
        ("2026-11-22T10:00:00+07:00", "2026-11-22 10:00:00+07:00"),
        ("2026-11-22 10:00:00", "2026-11-22T10:00:00+07:00"),
        ("2026-11-22T10:00:00+07:00", "2026-11-22T10:00:00"),
        ("2026-11-22T10:00:00+07:00", "1795316400000"),
        ("2026-11-22T10:00:00+07:00", "1795316400"),
        ("1795316400", "2026-11-22T10:00:00+07:00"),
        ("1795316400000", "2026-11-22T03:00:00.000Z"),
    ].map { sent, signed in
        Mistake(.timestampForm, "\(sent) signed as \(signed)", time(sent, signed: signed))
    }

    static let others: [Mistake] = [
        Mistake(.method, "small letters") { $0.signedMethod = "post" },
        Mistake(.method, "GET") { $0.signedMethod = "GET" },
        Mistake(.method, "PUT") { $0.signedMethod = "PUT" },
        Mistake(.method, "as received") {
            $0.callback.method = "PATCH"
            $0.signedMethod = "PATCH"
        },
        Mistake(.hashCase, "capitals") { scene in
            scene.text = { text in
                let parts = text.split(separator: ":", maxSplits: 3)
                return "\(parts[0]):\(parts[1]):\(parts[2].uppercased()):\(parts[3])"
            }
        },
        Mistake(.tokenString, "no body is signed") { scene in
            scene.text = { _ in "\(Scene.clientID)|\(Scene.timestamp)" }
        },
        Mistake(.signatureEncoding, "the alphabet for URLs") { scene in
            scene.signatureText = {
                $0.replacing("+", with: "-").replacing("/", with: "_")
            }
        },
        Mistake(.signatureEncoding, "no padding") { scene in
            scene.signatureText = { $0.replacing("=", with: "") }
        },
        Mistake(.signatureEncoding, "white space") { scene in
            scene.signatureText = { $0.prefix(64) + "\n " + $0.dropFirst(64) }
        },
        Mistake(.signatureEncoding, "percent escapes") { scene in
            scene.signatureText = {
                $0.replacing("+", with: "%2B").replacing("/", with: "%2f")
                    .replacing("=", with: "%3D")
            }
        },
        Mistake(.signatureEncoding, "hexadecimal") { scene in
            scene.signatureText = { text in
                let bytes = Base64.decode(Array(text.utf8).span) ?? []
                return Hex.text(bytes.span)
            }
        },
        Mistake(.receivedTarget, "of a URL nothing but the received path") {
            $0.settings.signaturePaths = [Scene.url]
            $0.callback.target = "/in"
            $0.signedPath = "/in"
        },
        Mistake(.signatureEncoding, "quotation marks") { scene in
            scene.signatureText = { "\"\($0)\"" }
        },
        Mistake(.merchantKey, "signed with the merchant's key") { scene in
            scene.settings.merchantKey = scene.settings.keys.first.map {
                .init(name: "merchant-private.pem", key: $0.key)
            }
            scene.settings.keys = other(named: "cashin-public.pem")
        },
        Mistake(.otherKey, "the key that is right is not configured") { scene in
            scene.settings.otherKeys = scene.settings.keys
            scene.settings.keys = other(named: "old.pem")
        },
        Mistake(.repeatedHeader, "X-TIMESTAMP twice") { $0.add("X-Timestamp", "yesterday") },
    ]

    /// A key that signs nothing here.
    static func other(named name: String) -> [DiagnosisSettings.Key] {
        let keys = try? TestKeys.shared()
        return keys.map { [.init(name: name, key: $0.other.publicKey)] } ?? []
    }

    /// All of them, with those of the other files.
    static let all =
        paths + bodies + times + others + layouts + members + escapes + numberForms + charsets
        + compressed + lineEnds + shifts + strings + signatures

    @Test(arguments: all)
    func `a single mistake is named, with the remedy that helps`(mistake: Mistake) throws {
        let diagnosis = try Scene(mistake.make).diagnosis()
        #expect(diagnosis.changes.map(\.name) == [mistake.name])
        #expect(diagnosis.verdict == .oneChange)
        let detail = try #require(diagnosis.changes.first?.detail)
        #expect(
            diagnosis.summary
                == "The signature does not verify, but it would with one change: \(detail)."
        )
        #expect(diagnosis.isComplete)
        try RemedyTests.check(mistake, in: diagnosis)
    }

    @Test func `every name that is looked for stands in a test`() {
        // Those of signatures that our own keys cannot make are in SignatureTests.
        let made = Set(Self.all.map(\.name))
        let elsewhere: Set<SignatureDifference.Name> = [.signatureHash, .signatureScheme]
        #expect(made.union(elsewhere) == Set(SignatureDifference.Name.allCases))
    }

    @Test func `blanks where + has to stand are named`() throws {
        // One signature in two hundred has no +.
        var scene = try Scene()
        while try !scene.signature().contains("+") {
            scene.setBody("{\"a\":\(Int.random(in: 0...999_999))}")
        }
        scene.signatureText = { $0.replacing("+", with: " ") }
        #expect(try scene.diagnosis().changes.map(\.name) == [.signatureEncoding])
    }

    @Test func `the right callback verifies, with nothing to change`() throws {
        let diagnosis = try Scene().diagnosis()
        #expect(diagnosis.verdict == .verifies)
        #expect(diagnosis.changes.isEmpty)
        #expect(diagnosis.notes.isEmpty)
        #expect(diagnosis.headers.problems.isEmpty)
        #expect(diagnosis.signed?.stringToSign == diagnosis.candidates.first?.stringToSign)
        #expect(diagnosis.keys.map(\.result) == [.opens])
    }

    @Test(arguments: [
        (Self.paths[0], Self.times[0]), (Self.paths[5], Self.bodies[2]),
        (Self.bodies[2], Self.times[3]), (Self.others[0], Self.paths[0]),
        (Self.paths[0], Self.others[7]), (Self.others[4], Self.times[0]),
        (Self.bodies[19], Self.paths[12]),
    ])
    func `two mistakes at once are both named`(first: Mistake, second: Mistake) throws {
        var scene = try Scene(first.make)
        second.make(&scene)
        let diagnosis = try scene.diagnosis()
        #expect(Set(diagnosis.changes.map(\.name)) == [first.name, second.name])
        #expect(diagnosis.verdict == .severalChanges)
        #expect(diagnosis.summary.contains("2 changes together"))
    }
}
