import Crypto
import Ledger
import Payments
import Snap
import Store
import Support
import Testing

@testable import Evidence

/// Lines that verify a signature, for a shell.
@Suite struct SignedMessageTests {
    private static let body = Array("{\"a\":1}".utf8)

    private func exchange(
        path: String = "/api/v1.0/qr/qr-mpm-query",
        timestamp: String = "2026-11-22T10:00:00+07:00",
        key: RSAPrivateKey,
        signature: String? = nil,
        erased: ErasedGatewayCall? = nil
    ) throws -> StoredGatewayCall {
        let text = StringToSign.bytes(
            path: path,
            body: Self.body.span,
            timestamp: timestamp,
            hasher: try SHA256()
        )
        let signed = try key.sign(text.span)
        let call = GatewayCall(
            service: 51,
            partnerReferenceNo: "TRX-1",
            externalID: "1",
            timestamp: timestamp,
            signedPath: path,
            signature: signature ?? String(decoding: Base64.encode(signed.span), as: UTF8.self),
            requestHead: [],
            requestBody: erased == nil ? Self.body : [],
            responseStatus: nil,
            responseHead: nil,
            responseBody: nil,
            error: nil,
            startedMilliseconds: 0,
            finishedMilliseconds: 0
        )
        return StoredGatewayCall(id: 1, call: call, erased: erased)
    }

    @Test func `the lines say everything that is needed`() throws {
        let key = try TestKeys.shared().other
        let hasher = try SHA256()
        let message = try #require(SignedMessage(try exchange(key: key), hasher: hasher))
        #expect(try message.verifies(with: key.publicKey, hasher: hasher))
        #expect(try !message.verifies(with: TestKeys.shared().gateway.publicKey, hasher: hasher))
        let signature = String(decoding: message.signature, as: UTF8.self)
        #expect(
            message.shellLines(name: "exchange-5", pem: "A\nB\n") == [
                "printf '%s\\n' 'A' 'B' > exchange-5.pem",
                "printf '%s' 'eyJhIjoxfQ==' | base64 -d > exchange-5.body",
                "printf '%s' '\(signature)' | base64 -d > exchange-5.signature",
                "digest=$(openssl dgst -sha256 -r exchange-5.body)",
                "printf '%s' 'POST:/api/v1.0/qr/qr-mpm-query:' \"${digest%% *}\" "
                    + "':2026-11-22T10:00:00+07:00' > exchange-5.string",
                "openssl dgst -sha256 -verify exchange-5.pem -signature exchange-5.signature "
                    + "exchange-5.string",
            ]
        )
    }

    @Test(
        arguments: [
            ("/a'b", "'POST:/a'\\''b:'"), ("/$(x)`y`\\", "'POST:/$(x)`y`\\:'"),
            ("/é", "'POST:/é:'"),
        ]
    )
    func `a path cannot leave its word`(path: String, word: String) throws {
        let key = try TestKeys.shared().other
        let record = try exchange(path: path, key: key)
        let message = try #require(SignedMessage(record, hasher: try SHA256()))
        let lines = try #require(message.shellLines(name: "n", pem: ""))
        #expect(lines[4].hasPrefix("printf '%s' \(word) \""))
    }

    @Test(arguments: ["\n", "\u{7F}", "\u{1B}[2J"])
    func `a control has no lines`(text: String) throws {
        let key = try TestKeys.shared().other
        let record = try exchange(timestamp: text, key: key)
        let message = try #require(SignedMessage(record, hasher: try SHA256()))
        #expect(message.shellLines(name: "n", pem: "") == nil)
    }

    @Test func `what was not signed is no message`() throws {
        let key = try TestKeys.shared().other
        let hasher = try SHA256()
        #expect(SignedMessage(try exchange(key: key, signature: ""), hasher: hasher) == nil)
        let broken = try exchange(key: key, signature: "!")
        let message = try #require(SignedMessage(broken, hasher: hasher))
        #expect(try !message.verifies(with: key.publicKey, hasher: hasher))
    }

    @Test func `what was erased still verifies by its hash`() throws {
        let key = try TestKeys.shared().other
        let hasher = try SHA256()
        let digest = hasher.digest(of: Self.body.span)
        let bytes = (0..<Digest.count).map { digest.bytes[$0] }
        let erased = ErasedGatewayCall(requestDigest: bytes, responseDigest: nil)
        let record = try exchange(key: key, erased: erased)
        let message = try #require(SignedMessage(record, hasher: hasher))
        #expect(try message.verifies(with: key.publicKey, hasher: hasher))
        let text = "POST:/api/v1.0/qr/qr-mpm-query:\(digest.hex):2026-11-22T10:00:00+07:00"
        let lines = try #require(message.shellLines(name: "n", pem: ""))
        #expect(lines[2] == "printf '%s' '\(text)' > n.string")
        let other = ErasedGatewayCall(requestDigest: bytes.reversed(), responseDigest: nil)
        let changed = try exchange(key: key, erased: other)
        let wrong = try #require(SignedMessage(changed, hasher: hasher))
        #expect(try !wrong.verifies(with: key.publicKey, hasher: hasher))
    }
}
