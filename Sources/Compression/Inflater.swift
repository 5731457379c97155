/// Decompresses gzip and deflate with zlib, which is loaded at run time and need not be installed.
@safe package final class Inflater {
    /// The file name of version 1 of the library (package `zlib1g`).
    package static let libraryName = "libz.so.1"

    /// `int inflateInit2_(z_streamp strm, int windowBits, const char *version, int stream_size)`.
    private typealias Start =
        @convention(c) (UnsafeMutableRawPointer, CInt, UnsafePointer<CChar>, CInt) -> CInt

    private let library: ZlibLibrary
    private let start: Start
    private let stream: ZlibStream

    /// Loads the library. Nil if it is not installed, or lacks a function.
    package init?(library name: String = libraryName) {
        guard let library = ZlibLibrary(name),
            let start = unsafe library.function("inflateInit2_"),
            let inflate = unsafe library.function("inflate"),
            let end = unsafe library.function("inflateEnd")
        else { return nil }
        self.library = library
        unsafe self.start = unsafeBitCast(start, to: Start.self)
        stream = unsafe ZlibStream(
            step: unsafeBitCast(inflate, to: ZlibStream.Step.self),
            end: unsafeBitCast(end, to: ZlibStream.End.self)
        )
    }

    /// The container around the deflated data.
    package enum Container: CaseIterable, Sendable {
        /// gzip (RFC 1952) or zlib (RFC 1950), as the header says.
        case headed
        /// None (RFC 1951), as some programs send `Content-Encoding: deflate`.
        case raw

        /// The parameter `windowBits`: 15 for the largest window, 32 more to detect the header,
        /// negative without one.
        fileprivate var windowBits: CInt { self == .headed ? 47 : -15 }
    }

    /// The decompressed bytes; nil unless `bytes` is one whole stream of at most `bytesMax` bytes.
    package func inflated(
        _ bytes: [UInt8],
        _ container: Container,
        bytesMax: Int
    ) -> [UInt8]? {
        unsafe stream.process(bytes, bytesMax: bytesMax) { stream, version, size in
            unsafe start(stream, container.windowBits, version, size)
        }
    }
}
