import Glibc

/// Decompresses gzip and deflate with zlib, which is loaded at run time and need not be installed.
@safe package final class Inflater {
    /// The file name of version 1 of the library (package `zlib1g`).
    package static let libraryName = "libz.so.1"

    /// `int inflateInit2_(z_streamp strm, int windowBits, const char *version, int stream_size)`.
    private typealias Start =
        @convention(c) (UnsafeMutableRawPointer, CInt, UnsafePointer<CChar>, CInt) -> CInt

    /// `int inflate(z_streamp strm, int flush)`.
    private typealias Inflate = @convention(c) (UnsafeMutableRawPointer, CInt) -> CInt

    /// `int inflateEnd(z_streamp strm)`.
    private typealias End = @convention(c) (UnsafeMutableRawPointer) -> CInt

    /// The handle of the loaded library, closed in `deinit`; the functions belong to it.
    private let library: UnsafeMutableRawPointer
    private let start: Start
    private let inflate: Inflate
    private let end: End

    /// Loads the library; wraps `dlopen(3)` and `dlsym(3)`. Nil if it is not installed, or lacks a
    /// function.
    package init?(library name: String = libraryName) {
        guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
        guard let start = unsafe dlsym(library, "inflateInit2_"),
            let inflate = unsafe dlsym(library, "inflate"),
            let end = unsafe dlsym(library, "inflateEnd")
        else {
            // Fails only for an invalid handle.
            _ = unsafe dlclose(library)
            return nil
        }
        unsafe self.library = library
        unsafe self.start = unsafeBitCast(start, to: Start.self)
        unsafe self.inflate = unsafeBitCast(inflate, to: Inflate.self)
        unsafe self.end = unsafeBitCast(end, to: End.self)
    }

    deinit {
        // Fails only for an invalid handle.
        _ = unsafe dlclose(library)
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
        guard !bytes.isEmpty, bytes.count <= Int(CUnsignedInt.max), bytesMax > 0 else { return nil }
        let stream = UnsafeMutableRawPointer.allocate(byteCount: Stream.byteCount, alignment: 8)
        defer { unsafe stream.deallocate() }
        unsafe stream.initializeMemory(as: UInt8.self, repeating: 0, count: Stream.byteCount)
        let size = CInt(Stream.byteCount)
        // zlib compares the first character of the version alone.
        guard unsafe start(stream, container.windowBits, "1", size) == Stream.ok else { return nil }
        // Fails only for an invalid stream.
        defer { _ = unsafe end(stream) }
        var isWhole = false
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bytesMax) { output, count in
            unsafe bytes.withUnsafeBufferPointer { input in
                unsafe stream.storeBytes(of: input.baseAddress, as: UnsafePointer<UInt8>?.self)
                unsafe stream.storeBytes(
                    of: CUnsignedInt(input.count),
                    toByteOffset: Stream.inputCount,
                    as: CUnsignedInt.self
                )
                unsafe stream.storeBytes(
                    of: output.baseAddress,
                    toByteOffset: Stream.output,
                    as: UnsafeMutablePointer<UInt8>?.self
                )
                unsafe stream.storeBytes(
                    of: CUnsignedInt(clamping: bytesMax),
                    toByteOffset: Stream.outputCount,
                    as: CUnsignedInt.self
                )
                let result = unsafe inflate(stream, Stream.finish)
                let rest = unsafe stream.load(
                    fromByteOffset: Stream.inputCount,
                    as: CUnsignedInt.self
                )
                let free = unsafe stream.load(
                    fromByteOffset: Stream.outputCount,
                    as: CUnsignedInt.self
                )
                isWhole = result == Stream.streamEnd && rest == 0
                count = isWhole ? bytesMax - Int(free) : 0
            }
        }
        return isWhole ? output : nil
    }

    /// The layout of `z_stream` on 64-bit Linux, and the constants of `zlib.h`.
    private enum Stream {
        static let byteCount = 112
        static let inputCount = 8
        static let output = 24
        static let outputCount = 32
        static let ok: CInt = 0
        static let streamEnd: CInt = 1
        static let finish: CInt = 4
    }
}
