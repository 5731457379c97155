import Testing

@testable import Compression

/// Streams made with Python's `gzip` and `zlib` modules from `{"a":"b"}`.
struct InflaterTests {
    static let text = Array(#"{"a":"b"}"#.utf8)

    static let deflated: [UInt8] = [
        0xAB, 0x56, 0x4A, 0x54, 0xB2, 0x52, 0x4A, 0x52, 0xAA, 0x05, 0x00,
    ]
    static let zlib: [UInt8] = [0x78, 0x9C] + deflated + [0x0C, 0x70, 0x02, 0x7E]
    static let gzip: [UInt8] =
        [0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03] + deflated + [
            0x9C, 0x5C, 0xF6, 0x6B, 0x09, 0x00, 0x00, 0x00,
        ]

    @Test func `gzip, zlib and bare deflate are decompressed`() throws {
        let inflater = try #require(Inflater())
        #expect(inflater.inflated(Self.gzip, .headed, bytesMax: 100) == Self.text)
        #expect(inflater.inflated(Self.zlib, .headed, bytesMax: 100) == Self.text)
        #expect(inflater.inflated(Self.deflated, .raw, bytesMax: 100) == Self.text)
        #expect(inflater.inflated(Self.gzip, .headed, bytesMax: Self.text.count) == Self.text)
    }

    @Test func `anything but one whole stream within the limit is refused`() throws {
        let inflater = try #require(Inflater())
        for count in 0..<Self.gzip.count {
            #expect(inflater.inflated(Array(Self.gzip.prefix(count)), .headed, bytesMax: 99) == nil)
        }
        #expect(inflater.inflated(Self.gzip + [0], .headed, bytesMax: 99) == nil)
        #expect(inflater.inflated(Self.gzip, .headed, bytesMax: Self.text.count - 1) == nil)
        #expect(inflater.inflated(Self.text, .headed, bytesMax: 99) == nil)
        #expect(inflater.inflated(Self.text, .raw, bytesMax: 99) == nil)
        #expect(inflater.inflated(Self.gzip, .headed, bytesMax: 0) == nil)
    }

    @Test func `a library that is not installed gives none`() {
        #expect(Inflater(library: "libz-absent.so.1") == nil)
        #expect(Inflater(library: "libc.so.6") == nil)
    }
}
