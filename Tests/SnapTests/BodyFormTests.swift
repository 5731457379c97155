import Crypto
import Support
import Testing

@testable import Snap

/// `whitespaceFree`, the form that is accepted only by choice.
struct BodyFormTests {
    private static let time = Array("2026-11-22T10:00:00+07:00".utf8)

    private func match(
        _ body: String,
        signed: String,
        _ forms: [BodyForm]
    ) throws -> SignatureMatch? {
        let key = try TestKeys.shared().gateway
        let signer = CallbackSigner(key: key)
        let signature = try signer.signature(
            timestamp: String(decoding: Self.time, as: UTF8.self),
            signedBody: Array(signed.utf8)
        )
        let checker = try SignatureChecker(
            keys: [key.publicKey],
            paths: [signer.path],
            forms: forms
        )
        return checker.match(
            signature: Array(signature.utf8).span,
            timestamp: Self.time.span,
            body: Array(body.utf8).span
        )
    }

    @Test func `blanks inside strings are removed, too`() {
        let body = Array("{\"a\": \"b c\\t\",\r\n\t\"d\":1}".utf8)
        #expect(BodyForm.whitespaceFree.bytes(of: body) == Array("{\"a\":\"bc\\t\",\"d\":1}".utf8))
        #expect(BodyForm.minified.bytes(of: body) == Array("{\"a\":\"b c\\t\",\"d\":1}".utf8))
        #expect(BodyForm.raw.bytes(of: body) == body)
        #expect(BodyForm.whitespaceFree.changed(Array("{}".utf8).span) == nil)
        #expect(BodyForm.standard == [.raw, .minified])
    }

    @Test func `it verifies only where it is configured`() throws {
        let (sent, signed) = ("{\"a\":\"b c\"}", "{\"a\":\"bc\"}")
        #expect(try match(sent, signed: signed, BodyForm.standard) == nil)
        let found = try match(sent, signed: signed, BodyForm.standard + [.whitespaceFree])
        #expect(found?.form == .whitespaceFree)
        let alone = try match(signed, signed: signed, [.whitespaceFree])
        #expect(alone?.form == .whitespaceFree)
        #expect(try match(sent, signed: sent, BodyForm.standard + [.whitespaceFree])?.form == .raw)
    }

    @Test func `under it, a redelivery has the same bytes`() throws {
        let signed = "{\"a\":\"bc\"}"
        let one = try #require(try match("{\"a\":\"b c\"}", signed: signed, [.whitespaceFree]))
        let same = try #require(try match("{\"a\":\"b c\"}", signed: signed, [.whitespaceFree]))
        let other = try #require(try match("{\"a\":\"bc\" }", signed: signed, [.whitespaceFree]))
        #expect(one.identity == same.identity)
        #expect(one.digest == other.digest)
        #expect(one.identity != other.identity)
        // Of the other forms, the string that was signed identifies the callback.
        let raw = try #require(try match(signed, signed: signed, BodyForm.standard))
        let spaced = try #require(try match(signed + "\n", signed: signed, BodyForm.standard))
        #expect(raw.identity == raw.digest)
        #expect(spaced.identity == raw.digest)
    }
}
