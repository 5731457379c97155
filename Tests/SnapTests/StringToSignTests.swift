import Crypto
import Snap
import Support
import Testing

struct StringToSignTests {
    /// gateway.md section 1: curly quotes made straight, minified.
    @Test(arguments: [
        (
            "sample-generate.json",
            "932e08760a146993f5e67258a42b38d69a921bef693f368af7f744b1f3cbd174"
        ),
        (
            "sample-query.json",
            "53817ef49ea27595acadaff23260d03e0a6a5584e58188a2608dd716ff287160"
        ),
        (
            "sample-notify.json",
            "624bb7c51f2cc10141f905e2e16c0eb55d9c3889ece1f9d8ff306ba1e73d2659"
        ),
    ])
    func `signs the sample bodies with the known digests`(name: String, digest: String) throws {
        let body = try Fixture.straightened(name)
        let path = "/api/v1.0/qr/qr-mpm-generate"
        let timestamp = "2024-03-01T14:56:11+07:00"
        let candidates = SigningCandidate.all(
            paths: [path],
            forms: [.minified],
            timestamp: Array(timestamp.utf8).span,
            body: body.span,
            hasher: try SHA256()
        )
        #expect(candidates.map(\.bodyDigest.hex) == [digest])
        #expect(candidates.map(\.text) == [Array("POST:\(path):\(digest):\(timestamp)".utf8)])
    }

    @Test func `an empty body keeps its segment`() throws {
        let empty: [UInt8] = []
        let text = StringToSign.bytes(
            path: "/p",
            body: empty.span,
            timestamp: "T",
            hasher: try SHA256()
        )
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(text == Array("POST:/p:\(digest):T".utf8))
    }

    @Test func `lists each form and path once, raw before minified as configured`() throws {
        let paths = ["/a", "/b"]
        let spaced = try Self.candidates(paths, [.raw, .minified], "{ }")
        #expect(spaced.map(\.form) == [.raw, .raw, .minified, .minified])
        #expect(spaced.map(\.path) == ["/a", "/b", "/a", "/b"])
        #expect(Set(spaced.map(\.digest)).count == 4)
        for candidate in spaced {
            let digest = try sha256(candidate.text.span)
            #expect(candidate.digest == digest)
        }
        #expect(try Self.candidates(paths, [.raw, .minified], "{}").map(\.form) == [.raw, .raw])
        #expect(
            try Self.candidates(paths, [.minified], "{}").map(\.form) == [.minified, .minified]
        )
    }

    private static func candidates(
        _ paths: [String],
        _ forms: [BodyForm],
        _ body: String
    ) throws -> [SigningCandidate] {
        SigningCandidate.all(
            paths: paths,
            forms: forms,
            timestamp: Array("T".utf8).span,
            body: Array(body.utf8).span,
            hasher: try SHA256()
        )
    }
}
