import Glibc

/// The library zlib, loaded at run time; it need not be installed.
@safe final class ZlibLibrary {
    /// The handle, closed in `deinit`; the functions belong to it.
    private let handle: UnsafeMutableRawPointer

    /// Loads the library; wraps `dlopen(3)`. Nil if it is not installed.
    init?(_ name: String) {
        guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
        unsafe self.handle = handle
    }

    deinit {
        // Fails only for an invalid handle.
        _ = unsafe dlclose(handle)
    }

    /// The address of a function; wraps `dlsym(3)`. Nil if the library lacks it.
    func function(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}

/// A `z_stream` of 64-bit Linux that processes one whole input in one call.
@safe struct ZlibStream {
    /// `int inflate(z_streamp strm, int flush)`, and the same of `deflate`.
    typealias Step = @convention(c) (UnsafeMutableRawPointer, CInt) -> CInt

    /// `int inflateEnd(z_streamp strm)`, and the same of `deflateEnd`.
    typealias End = @convention(c) (UnsafeMutableRawPointer) -> CInt

    let step: Step
    let end: End

    /// Processes `bytes`.
    ///
    /// - Parameters:
    ///   - start: initializes the stream with zlib's version and the size of the stream; returns
    ///     zlib's result.
    /// - Returns: the output; nil unless all of the input makes one whole stream of at most
    ///   `bytesMax` bytes.
    func process(
        _ bytes: [UInt8],
        bytesMax: Int,
        start: (UnsafeMutableRawPointer, UnsafePointer<CChar>, CInt) -> CInt
    ) -> [UInt8]? {
        guard !bytes.isEmpty, bytes.count <= Int(CUnsignedInt.max), bytesMax > 0 else { return nil }
        let stream = UnsafeMutableRawPointer.allocate(byteCount: Layout.byteCount, alignment: 8)
        defer { unsafe stream.deallocate() }
        unsafe stream.initializeMemory(as: UInt8.self, repeating: 0, count: Layout.byteCount)
        // zlib compares the first character of the version alone.
        guard unsafe start(stream, "1", CInt(Layout.byteCount)) == Layout.ok else { return nil }
        // Fails only for an invalid stream.
        defer { _ = unsafe end(stream) }
        var isWhole = false
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bytesMax) { output, count in
            unsafe bytes.withUnsafeBufferPointer { input in
                unsafe stream.storeBytes(of: input.baseAddress, as: UnsafePointer<UInt8>?.self)
                unsafe stream.storeBytes(
                    of: CUnsignedInt(input.count),
                    toByteOffset: Layout.inputCount,
                    as: CUnsignedInt.self
                )
                unsafe stream.storeBytes(
                    of: output.baseAddress,
                    toByteOffset: Layout.output,
                    as: UnsafeMutablePointer<UInt8>?.self
                )
                unsafe stream.storeBytes(
                    of: CUnsignedInt(clamping: bytesMax),
                    toByteOffset: Layout.outputCount,
                    as: CUnsignedInt.self
                )
                let result = unsafe step(stream, Layout.finish)
                let rest = unsafe stream.load(
                    fromByteOffset: Layout.inputCount,
                    as: CUnsignedInt.self
                )
                let free = unsafe stream.load(
                    fromByteOffset: Layout.outputCount,
                    as: CUnsignedInt.self
                )
                isWhole = result == Layout.streamEnd && rest == 0
                count = isWhole ? bytesMax - Int(free) : 0
            }
        }
        return isWhole ? output : nil
    }

    /// The layout of `z_stream`, and the constants of `zlib.h`.
    private enum Layout {
        static let byteCount = 112
        static let inputCount = 8
        static let output = 24
        static let outputCount = 32
        static let ok: CInt = 0
        static let streamEnd: CInt = 1
        static let finish: CInt = 4
    }
}
