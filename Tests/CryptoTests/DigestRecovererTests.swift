import Crypto
import Support
import Testing

struct DigestRecovererTests {
    /// A line of `pkcs1-signatures.txt`.
    struct Vector: CustomTestStringConvertible, Sendable {
        let name: String
        let digest: String?
        let signature: [UInt8]

        var testDescription: String { name }

        static func all() throws -> [Vector] {
            try Fixture.text("pkcs1-signatures.txt").split(separator: "\n").map { line in
                let parts = line.split(separator: " ", omittingEmptySubsequences: false)
                let digits = Array(parts[2])
                let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                    UInt8(String(digits[$0...$0 + 1]), radix: 16)
                }
                return Vector(
                    name: String(parts[0]),
                    digest: parts[1] == "none" ? nil : String(parts[1]),
                    signature: bytes
                )
            }
        }
    }

    @Test func `recovers digests from right signatures and nothing from wrong ones`() throws {
        let key = try RSAPublicKey(Fixture.bytes("pkcs1-public.pem"))
        let recoverer = try DigestRecoverer(key)
        let vectors = try Vector.all()
        #expect(vectors.count >= 30)
        #expect(vectors.filter { $0.digest != nil }.count == 2)
        // Twice, because a context that failed must serve the next signature all the same.
        for vector in vectors + vectors.reversed() {
            let digest = recoverer.digest(in: vector.signature.span)?.hex
            #expect(digest == vector.digest, "\(vector.name)")
        }
    }

    @Test func `no bit of a signature can change`() throws {
        let key = try TestKeys.shared().gateway
        let recoverer = try DigestRecoverer(key.publicKey)
        let message = Array("message".utf8)
        var signature = try key.sign(message.span)
        let digest = try sha256(message.span)
        for bit in 0..<signature.count * 8 {
            signature[bit / 8] ^= 1 << UInt8(bit % 8)
            let recovered = recoverer.digest(in: signature.span)
            #expect(recovered == nil)
            signature[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        let recovered = recoverer.digest(in: signature.span)
        #expect(recovered == digest)
    }

    @Test func `a signature by another key recovers nothing`() throws {
        let keys = try TestKeys.shared()
        let signature = try keys.other.sign(Array("message".utf8).span)
        let recovered = try DigestRecoverer(keys.gateway.publicKey).digest(in: signature.span)
        #expect(recovered == nil)
    }
}
