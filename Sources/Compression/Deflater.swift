/// Compresses with zlib, which is loaded at run time and need not be installed.
///
/// The bytes are those of programs that compress with zlib and its default memory level and
/// strategy. Other encoders (Go's, Zopfli, zlib-ng, hardware) write other bytes for the same data.
@safe package final class Deflater {
    /// `int deflateInit2_(z_streamp strm, int level, int method, int windowBits, int memLevel,
    /// int strategy, const char *version, int stream_size)`.
    private typealias Start =
        @convention(c) (
            UnsafeMutableRawPointer, CInt, CInt, CInt, CInt, CInt, UnsafePointer<CChar>, CInt
        ) -> CInt

    private let library: ZlibLibrary
    private let start: Start
    private let stream: ZlibStream

    /// Loads the library. Nil if it is not installed, or lacks a function.
    package init?(library name: String = Inflater.libraryName) {
        guard let library = ZlibLibrary(name),
            let start = unsafe library.function("deflateInit2_"),
            let deflate = unsafe library.function("deflate"),
            let end = unsafe library.function("deflateEnd")
        else { return nil }
        self.library = library
        unsafe self.start = unsafeBitCast(start, to: Start.self)
        stream = unsafe ZlibStream(
            step: unsafeBitCast(deflate, to: ZlibStream.Step.self),
            end: unsafeBitCast(end, to: ZlibStream.End.self)
        )
    }

    /// The bytes as one gzip member (RFC 1952) without a time, as zlib writes it; nil for no bytes.
    ///
    /// - Parameter level: 1 (fast) to 9 (small).
    package func gzip(_ bytes: [UInt8], level: Int) -> [UInt8]? {
        // Deflate never needs more than five bytes per block of 16 KiB, and the container 18.
        let bytesMax = bytes.count + bytes.count / 1_000 + 64
        return unsafe stream.process(bytes, bytesMax: bytesMax) { stream, version, size in
            unsafe start(stream, CInt(level), 8, 31, 8, 0, version, size)
        }
    }
}

extension Deflater {
    /// One way to compress bytes.
    package struct Encoding: Sendable {
        /// As in `gzip at level 6, as Java writes it`.
        package let name: String
        package let bytes: [UInt8]
    }

    /// The levels that programs use: the fastest, the default and the smallest.
    private static let levels = [1, 6, 9]

    /// The bytes in the encodings of common programs.
    ///
    /// A gzip header names the operating system (RFC 1952 section 2.3.1): 3 with zlib and PHP on
    /// Unix, 0 with Java up to 15, 255 with Java from 16 on. Encoders that write the time into the
    /// header cannot be imitated.
    package func encodings(of bytes: [UInt8]) -> [Encoding] {
        Self.levels.flatMap { level -> [Encoding] in
            guard let gzip = gzip(bytes, level: level), gzip.count > 18 else { return [] }
            let deflated = gzip[10..<(gzip.count - 8)]
            let headers: [(String, [UInt8])] = [
                ("as zlib writes it", Array(gzip[8..<10])), ("as PHP writes it", [0, 3]),
                ("as Java writes it", [0, 0]), ("as Java writes it", [0, 255]),
            ]
            let members = headers.map { name, flags in
                Encoding(
                    name: "gzip at level \(level), \(name)",
                    bytes: Array(gzip[..<8]) + flags + Array(gzip[10...])
                )
            }
            return members + [
                Encoding(
                    name: "deflate at level \(level), in zlib's format",
                    bytes: Self.zlibHeader(level) + deflated + Self.adler32(bytes)
                ),
                Encoding(name: "deflate at level \(level)", bytes: Array(deflated)),
            ]
        }
    }

    /// The two bytes before deflated data (RFC 1950 section 2.2).
    private static func zlibHeader(_ level: Int) -> [UInt8] {
        [0x78, level == 1 ? 0x01 : level == 6 ? 0x9C : 0xDA]
    }

    /// The four bytes after deflated data (RFC 1950 section 8.2).
    private static func adler32(_ bytes: [UInt8]) -> [UInt8] {
        let modulus: UInt32 = 65_521
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % modulus
            high = (high + low) % modulus
        }
        return [UInt8(high >> 8), UInt8(high & 0xFF), UInt8(low >> 8), UInt8(low & 0xFF)]
    }
}
