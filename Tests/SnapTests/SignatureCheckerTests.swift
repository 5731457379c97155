import Crypto
import Snap
import Support
import Testing

struct SignatureCheckerTests {
    private static let path = "/v1.0/debit/notify"
    private static let url = "https://pay.example.id/v1.0/debit/notify"
    private static let timestamp = "2026-11-22T10:00:00+07:00"

    @Test func `the real callback verifies over its raw body`() throws {
        let match = try #require(try Self.danaMatch())
        #expect(match.path == Fixture.danaPath)
        #expect(match.form == .raw)
        #expect(
            try match.keyFingerprint == RSAPublicKey(Fixture.bytes("dana-public.pem")).fingerprint
        )
    }

    @Test func `no byte of the real callback's body, timestamp, path or signature can change`()
        throws
    {
        let body = try Fixture.bytes("dana-callback.json")
        for index in body.indices {
            #expect(try Self.danaMatch(body: flipped(body, index)) == nil)
        }
        let timestamp = Array(Fixture.danaTimestamp.utf8)
        for index in timestamp.indices {
            #expect(try Self.danaMatch(timestamp: flipped(timestamp, index)) == nil)
        }
        let path = Array(Fixture.danaPath.utf8)
        for index in path.indices {
            let other = String(decoding: flipped(path, index), as: UTF8.self)
            #expect(try Self.danaMatch(path: other) == nil)
        }
        let signature = try Fixture.bytes("dana-signature.txt")
        for index in signature.indices {
            #expect(try Self.danaMatch(signature: flipped(signature, index)) == nil)
        }
    }

    @Test(arguments: [path, url]) func `names the path that was signed`(path: String) throws {
        let body = NotifyBody().bytes
        let checker = try Self.checker()
        let signature = try Self.signature(path: path, body: body)
        // Again and again, because the checker begins with what matched last.
        for _ in 0..<3 { #expect(Self.match(checker, signature, body)?.path == path) }
        let other = try Self.signature(path: path == Self.url ? Self.path : Self.url, body: body)
        #expect(Self.match(checker, other, body)?.path != path)
        #expect(Self.match(checker, signature, body)?.path == path)
    }

    @Test func `takes the minified form only where it was signed and is configured`() throws {
        let spaced = Array("{ \"a\" : \"b c\" }".utf8)
        let minified = Array("{\"a\":\"b c\"}".utf8)
        let signature = try Self.signature(path: Self.path, body: minified)
        #expect(Self.match(try Self.checker(), signature, spaced)?.form == .minified)
        #expect(Self.match(try Self.checker(), signature, minified)?.form == .raw)
        #expect(Self.match(try Self.checker(forms: [.raw]), signature, spaced) == nil)
        #expect(
            Self.match(try Self.checker(forms: [.minified]), signature, minified)?.form == .minified
        )
        let raw = try Self.signature(path: Self.path, body: spaced)
        #expect(Self.match(try Self.checker(), raw, spaced)?.form == .raw)
        #expect(Self.match(try Self.checker(forms: [.minified]), raw, spaced) == nil)
    }

    @Test func `never takes a body that was written anew`() throws {
        // Same values, other bytes: what five common JSON libraries make of one another's output.
        let sent = Array(#"{"url":"a\/b","name":"\u00e9","value":10000.00}"#.utf8)
        let rewritten = Array(#"{"url":"a/b","name":"é","value":10000}"#.utf8)
        let signature = try Self.signature(path: Self.path, body: rewritten)
        #expect(Self.match(try Self.checker(), signature, sent) == nil)
    }

    @Test func `an empty body is signed with the digest of nothing`() throws {
        let signature = try Self.signature(path: Self.path, body: [])
        #expect(Self.match(try Self.checker(), signature, [])?.form == .raw)
        #expect(Self.match(try Self.checker(), signature, [0x20])?.form == .minified)
    }

    @Test func `a signature over client and timestamp only covers nothing`() throws {
        let key = try TestKeys.shared().gateway
        let text = Array("CID1234567890|\(Self.timestamp)".utf8)
        let signed = try key.sign(text.span)
        let signature = Base64.encode(signed.span)
        #expect(Self.match(try Self.checker(), signature, NotifyBody().bytes) == nil)
    }

    @Test func `any configured key will do, and costs one operation each`() throws {
        let keys = try TestKeys.shared()
        let body = NotifyBody().bytes
        let both = [keys.other.publicKey, keys.gateway.publicKey]
        let checker = try SignatureChecker(keys: both, paths: [Self.url, Self.path])
        let signature = try Self.signature(path: Self.path, body: body)
        #expect(Self.match(checker, signature, body)?.keyFingerprint == both[1].fingerprint)
        #expect(checker.recoveriesCount == 2)
        // The key that matched is tried first from now on.
        #expect(Self.match(checker, signature, body) != nil)
        #expect(checker.recoveriesCount == 3)
        let other = try CallbackSigner(key: keys.other, path: Self.path)
            .signature(timestamp: Self.timestamp, signedBody: body)
        let match = Self.match(checker, Array(other.utf8), body)
        #expect(match?.keyFingerprint == both[0].fingerprint)
        #expect(checker.recoveriesCount == 5)
    }

    @Test func `refuses what is not base64 of the modulus length before any RSA operation`() throws
    {
        let checker = try Self.checker()
        let body = NotifyBody().bytes
        let good = try Self.signature(path: Self.path, body: body)
        let bytes = try #require(Self.decode(good))
        let refused: [[UInt8]] = [
            Array(Fixture.placeholderSignature.utf8),
            [],
            Array(good.dropLast()),
            good + [0x0A],
            [0x20] + good,
            good + Array("====".utf8),
            Array(good.dropLast(2)),
            Base64.encode(Array(bytes.dropLast()).span),
            Base64.encode((bytes + [0]).span),
            Base64.encode(([0] + bytes).span),
            [UInt8](repeating: 0x41, count: 16_000),
        ]
        for signature in refused { #expect(Self.match(checker, signature, body) == nil) }
        #expect(checker.recoveriesCount == 0)
        #expect(Self.match(checker, good, body) != nil)
        #expect(checker.recoveriesCount == 1)
    }

    @Test func `without keys or paths nothing verifies`() throws {
        let body = NotifyBody().bytes
        let signature = try Self.signature(path: Self.path, body: body)
        let key = try TestKeys.shared().gateway.publicKey
        let keyless = try SignatureChecker(keys: [], paths: [Self.path])
        #expect(Self.match(keyless, signature, body) == nil)
        let pathless = try SignatureChecker(keys: [key], paths: [])
        #expect(Self.match(pathless, signature, body) == nil)
    }

    @Test func `the placeholder is 64 bytes`() {
        #expect(Self.decode(Array(Fixture.placeholderSignature.utf8))?.count == 64)
    }

    private static func checker(forms: [BodyForm] = [.raw, .minified]) throws -> SignatureChecker {
        let key = try TestKeys.shared().gateway.publicKey
        return try SignatureChecker(keys: [key], paths: [url, path], forms: forms)
    }

    private static func signature(path: String, body: [UInt8]) throws -> [UInt8] {
        let signer = CallbackSigner(key: try TestKeys.shared().gateway, path: path)
        return Array(try signer.signature(timestamp: timestamp, signedBody: body).utf8)
    }

    private static func match(
        _ checker: SignatureChecker,
        _ signature: [UInt8],
        _ body: [UInt8]
    ) -> SignatureMatch? {
        let timestamp = Array(timestamp.utf8)
        return checker.match(
            signature: signature.span,
            timestamp: timestamp.span,
            body: body.span
        )
    }

    private static func decode(_ text: [UInt8]) -> [UInt8]? { Base64.decode(text.span) }

    private func flipped(_ bytes: [UInt8], _ index: Int) -> [UInt8] {
        var bytes = bytes
        bytes[index] ^= 1
        return bytes
    }

    /// The match of the real callback with something replaced.
    private static func danaMatch(
        path: String = Fixture.danaPath,
        timestamp: [UInt8] = Array(Fixture.danaTimestamp.utf8),
        body: [UInt8]? = nil,
        signature: [UInt8]? = nil
    ) throws -> SignatureMatch? {
        let key = try danaKey.get()
        let checker = try SignatureChecker(keys: [key], paths: [path])
        let signature = try signature ?? Fixture.bytes("dana-signature.txt")
        let body = try body ?? Fixture.bytes("dana-callback.json")
        return checker.match(
            signature: signature.span,
            timestamp: timestamp.span,
            body: body.span
        )
    }

    private static let danaKey = Result {
        try RSAPublicKey(Fixture.bytes("dana-public.pem"))
    }
}
