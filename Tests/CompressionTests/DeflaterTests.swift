import Testing

@testable import Compression

/// Compression as other programs do it.
struct DeflaterTests {
    private static let text = InflaterTests.text

    @Test func `the smallest level makes the same bytes as Python`() throws {
        let deflater = try #require(Deflater())
        #expect(deflater.gzip(Self.text, level: 9) == InflaterTests.gzip)
        let encodings = deflater.encodings(of: Self.text).map(\.bytes)
        #expect(encodings.contains(InflaterTests.gzip))
        #expect(encodings.contains(InflaterTests.zlib))
        #expect(encodings.contains(InflaterTests.deflated))
    }

    @Test func `every encoding is decompressed to the same bytes`() throws {
        let (deflater, inflater) = (try #require(Deflater()), try #require(Inflater()))
        var random: UInt32 = 1
        let noise = (0..<70_000).map { _ in
            random = random &* 1_664_525 &+ 1_013_904_223
            return UInt8(random >> 24)
        }
        for bytes in [Self.text, [0], noise, [UInt8](repeating: 0x20, count: 65_536)] {
            let encodings = deflater.encodings(of: bytes)
            #expect(encodings.count == 18)
            for encoding in encodings {
                let isHeaded = encoding.bytes[0] == 0x1F || encoding.name.contains("zlib's")
                let plain = inflater.inflated(
                    encoding.bytes,
                    isHeaded ? .headed : .raw,
                    bytesMax: bytes.count
                )
                #expect(plain == bytes, "\(encoding.name)")
            }
        }
    }

    @Test func `no bytes and an absent library give none`() throws {
        #expect(try #require(Deflater()).encodings(of: []).isEmpty)
        #expect(Deflater(library: "libz-absent.so.1") == nil)
        #expect(Deflater(library: "libc.so.6") == nil)
    }
}
