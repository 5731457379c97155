import Crypto
import Testing

struct DigestTests {
    /// FIPS 180-4's examples, and the digest of nothing that SNAP BI prescribes for an empty body.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `hashes as FIPS 180-4 says`(text: String, hex: String) throws {
        let digest = try sha256(Array(text.utf8).span)
        #expect(digest.hex == hex)
        #expect("\(digest)" == hex, "as in a text")
    }

    @Test func `a hasher starts anew with each digest`() throws {
        let hasher = try SHA256()
        let long = [UInt8](repeating: 0x61, count: 1000)
        let first = hasher.digest(of: Array("abc".utf8).span)
        let other = hasher.digest(of: long.span)
        #expect(first != other)
        let again = hasher.digest(of: Array("abc".utf8).span)
        #expect(again == first)
        let fresh = try sha256(long.span)
        #expect(fresh == other)
    }

    @Test func `digests are equal exactly when all bytes are`() throws {
        let zeros = [UInt8](repeating: 0, count: 32)
        let digest = try #require(Self.digest(zeros))
        #expect(digest == Self.digest(zeros))
        #expect(digest.hashValue == Self.digest(zeros)?.hashValue)
        for index in zeros.indices {
            var bytes = zeros
            bytes[index] = 0x80
            #expect(digest != Self.digest(bytes))
        }
    }

    @Test(arguments: [0, 31, 33]) func `a digest has 32 bytes`(count: Int) {
        #expect(Self.digest([UInt8](repeating: 7, count: count)) == nil)
    }

    @Test func `prints every byte as two lowercase digits`() {
        let bytes = Array(UInt8.min...UInt8.max)
        let expected = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let text = Hex.text(bytes.span)
        #expect(text == expected)
    }

    private static func digest(_ bytes: [UInt8]) -> Digest? { Digest(bytes.span) }
}

struct ConstantTimeTests {
    @Test func `compares content and length`() {
        #expect(isEqual([1, 2, 3], [1, 2, 3]))
        #expect(!isEqual([1, 2, 3], [1, 2, 4]))
        #expect(!isEqual([1, 2, 3], [0, 2, 3]))
        #expect(!isEqual([1, 2, 3], [1, 2]))
        #expect(!isEqual([1, 2, 3], [1, 2, 3, 0]))
        #expect(isEqual([], []))
    }

    @Test func `random bytes are as many as asked for and differ`() throws {
        for count in [0, 1, 32, 1000] { #expect(try randomBytes(count: count).count == count) }
        #expect(try randomBytes(count: 32) != randomBytes(count: 32))
    }

    private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        constantTimeEqual(left.span, right.span)
    }
}
