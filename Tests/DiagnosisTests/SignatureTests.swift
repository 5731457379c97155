import Crypto
import HTTPCore
import Support
import Testing

@testable import Diagnosis

/// Signatures of other kinds, as openssl makes them: see `make-pkcs1-signatures`.
struct SignatureTests {
    /// The string that all of them sign, `POST:/v1.0/debit/notify:callback`, is none of a callback;
    /// so here the search is asked alone.
    private static let text = Array("POST:/v1.0/debit/notify:callback".utf8)

    private static func opened(_ name: String) throws -> OpenedSignature? {
        let lines = try Fixture.text("pkcs1-signatures.txt").split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix(name + " ") })
        let hex = line.split(separator: " ").last.map { Array($0.utf8) } ?? []
        let key = try RSAPublicKey(Fixture.bytes("pkcs1-public.pem"))
        let ring = KeyRing(
            DiagnosisSettings(
                signaturePaths: [],
                publicURL: try HTTPURL("https://a/b"),
                keys: [.init(name: "key", key: key)],
                clientID: ""
            )
        )
        return try ring.openings(SignatureReading.all([hex])).first
    }

    @Test(
        arguments: [
            ("right", []), ("sha1", [.signatureHash]), ("sha512", [.signatureHash]),
            ("bare-digest", [.signatureScheme]), ("pss", [.signatureScheme]),
        ] as [(String, [SignatureDifference.Name])]
    )
    func `a signature made in another way is named and covers its text`(
        name: String,
        changes: [SignatureDifference.Name]
    ) throws {
        let opened = try #require(try Self.opened(name))
        // Hexadecimal is what the file has them in.
        #expect(opened.changes.map(\.name) == [.signatureEncoding] + changes)
        let hasher = try SHA256()
        #expect(try opened.covers(Self.text, hasher: hasher))
        #expect(try !opened.covers(Self.text + [0], hasher: hasher))
    }

    @Test(arguments: ["zero", "modulus-less-one", "encryption-padding", "padding-of-fe", "empty"])
    func `what is no signature opens with no key`(name: String) throws {
        #expect(try Self.opened(name) == nil)
    }

    @Test func `right padding around nothing known opens and covers nothing`() throws {
        let opened = try #require(try Self.opened("digest-of-31-bytes"))
        #expect(opened.content == .padded)
        #expect(try !opened.covers(Self.text, hasher: SHA256()))
        #expect(opened.hashFunction == nil)
    }
}
