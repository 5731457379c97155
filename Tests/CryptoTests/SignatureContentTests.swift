import Support
import Testing

@testable import Crypto

struct SignatureContentTests {
    private static let message = Array("POST:/v1.0/debit/notify:callback".utf8)

    /// The names of `pkcs1-signatures.txt` whose content can be told; all others are unreadable, or
    /// have another length than the modulus.
    private static func expected(_ name: String) throws -> SignatureContent? {
        switch name {
        case "right": .digest(.sha256, try HashFunction.sha256.digest(of: message.span))
        case "bare-digest": .bareDigest(try HashFunction.sha256.digest(of: message.span))
        case "sha1": .digest(.sha1, try HashFunction.sha1.digest(of: message.span))
        case "sha512": .digest(.sha512, try HashFunction.sha512.digest(of: message.span))
        case "padding-8-bytes-garbage-after-digest", "one-garbage-byte-after-digest",
            "garbage-inside-digestinfo", "digest-of-31-bytes", "digest-of-33-bytes",
            "parameters-absent", "parameters-not-empty", "long-form-length", "oid-sha512-256",
            "oid-sha3-256":
            .padded
        case "zero-byte-in-front", "zero-byte-behind", "last-byte-missing", "empty": nil
        default: .unreadable
        }
    }

    @Test func `tells what signatures hold that openssl made`() throws {
        let key = try RSAPublicKey(Fixture.bytes("pkcs1-public.pem"))
        let vectors = try DigestRecovererTests.Vector.all()
        for vector in vectors where !["pss", "right-of-another-message"].contains(vector.name) {
            let content = try key.content(of: vector.signature.span)
            #expect(try content == Self.expected(vector.name), "\(vector.name)")
        }
    }

    @Test func `a PSS signature covers its message and no other`() throws {
        let key = try RSAPublicKey(Fixture.bytes("pkcs1-public.pem"))
        let vector = try #require(
            try DigestRecovererTests.Vector.all().first { $0.name == "pss" }
        )
        let content = try key.content(of: vector.signature.span)
        guard case .probabilistic(let block) = content else {
            Issue.record("not PSS: \(String(describing: content))")
            return
        }
        let hasher = try SHA256()
        let other = Array("another message".utf8)
        let isCovered = block.covers(hasher.digest(of: Self.message.span), hasher: hasher)
        let isOtherCovered = block.covers(hasher.digest(of: other.span), hasher: hasher)
        #expect(isCovered)
        #expect(!isOtherCovered)
    }

    @Test(arguments: [
        // The unused bit of an encoding for 2048 bits is set.
        (0x80, 2_048), (0x00, 2_048),
        // An encoding for 2049 bits is one byte shorter than the modulus.
        (0x01, 2_049), (0x00, 2_049),
    ])
    func `what only ends as PSS does cannot be read`(first: UInt8, bits: Int) throws {
        var block = [UInt8](repeating: 0x5A, count: (bits + 7) / 8)
        (block[0], block[block.count - 1]) = (first, 0xBC)
        let content = SignatureContent(block: block, bits: bits, hasher: try SHA256())
        #expect(content == .unreadable)
    }

    @Test func `another key's signature cannot be read`() throws {
        let keys = try TestKeys.shared()
        let signature = try keys.other.sign(Self.message.span)
        let content = try keys.gateway.publicKey.content(of: signature.span)
        #expect(content == .unreadable)
        let own = try keys.other.publicKey.content(of: signature.span)
        #expect(own == .digest(.sha256, try HashFunction.sha256.digest(of: Self.message.span)))
    }

    /// FIPS 180-4's example message, and RFC 1321's.
    @Test(arguments: [
        (HashFunction.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                + "8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func `hashes abc`(function: HashFunction, digest: String) throws {
        let bytes = try function.digest(of: Array("abc".utf8).span)
        #expect(bytes.count == function.digestBytes)
        #expect(Hex.text(bytes.span) == digest)
    }
}
