import Glibc

/// Encodes QR codes with libqrencode, which is loaded at run time and need not be installed.
@safe package final class QREncoder {
    /// The file name of version 4 of the library.
    package static let libraryName = "libqrencode.so.4"

    /// The type of `QRcode_encodeString`; its two enumerations are unsigned.
    ///
    /// ```
    /// QRcode *QRcode_encodeString(const char *string, int version, QRecLevel level,
    ///     QRencodeMode hint, int casesensitive)
    /// ```
    private typealias Encode =
        @convention(c) (UnsafePointer<CChar>, CInt, CUnsignedInt, CUnsignedInt, CInt)
        -> UnsafeMutableRawPointer?

    /// The type of `void QRcode_free(QRcode *qrcode)`.
    private typealias Free = @convention(c) (UnsafeMutableRawPointer) -> Void

    /// The handle of the loaded library, closed in `deinit`; the functions belong to it.
    private let library: UnsafeMutableRawPointer
    private let encode: Encode
    private let free: Free

    /// Loads the library; wraps `dlopen(3)` and `dlsym(3)`.
    ///
    /// - Throws: `libraryMissing`, or `libraryForeign` if the library lacks a function.
    package init(library name: String = libraryName) throws(QREncoderError) {
        guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw .libraryMissing(name)
        }
        guard let encode = unsafe dlsym(library, "QRcode_encodeString"),
            let free = unsafe dlsym(library, "QRcode_free")
        else {
            // Fails only for an invalid handle.
            _ = unsafe dlclose(library)
            throw .libraryForeign(name)
        }
        unsafe self.library = library
        unsafe self.encode = unsafeBitCast(encode, to: Encode.self)
        unsafe self.free = unsafeBitCast(free, to: Free.self)
    }

    deinit {
        // Fails only for an invalid handle.
        _ = unsafe dlclose(library)
    }

    /// The smallest symbol of error correction level M for the UTF-8 bytes of `text`.
    ///
    /// - Throws: `unencodable`.
    package func symbol(of text: String) throws(QREncoderError) -> QRSymbol {
        // The library takes a C string, which ends at the first NUL, and requires at least one
        // byte.
        guard !text.isEmpty, !text.utf8.contains(0) else { throw .unencodable }
        let smallest: CInt = 0
        let levelM: CUnsignedInt = 1
        let asBytes: CUnsignedInt = 2
        let isCaseSensitive: CInt = 1
        guard let code = unsafe encode(text, smallest, levelM, asBytes, isCaseSensitive) else {
            throw .unencodable
        }
        defer { unsafe free(code) }
        guard let symbol = unsafe Self.read(code) else { throw .unencodable }
        return symbol
    }

    /// Reads the library's `struct { int version; int width; unsigned char *data; }`.
    private static func read(_ code: UnsafeMutableRawPointer) -> QRSymbol? {
        let width = Int(unsafe code.load(fromByteOffset: 4, as: CInt.self))
        guard let data = unsafe code.load(fromByteOffset: 8, as: UnsafePointer<UInt8>?.self),
            widths.contains(width)
        else { return nil }
        // Bit 0 of a module's byte is set for a dark module; the other bits tell its function.
        let modules = unsafe UnsafeBufferPointer(start: data, count: width * width)
        return QRSymbol(width: width, darkness: unsafe modules.map { $0 & 1 == 1 })
    }

    /// Widths in modules of versions 1 to 40 (ISO/IEC 18004).
    private static let widths = 21...177
}

/// Why there is no symbol.
package enum QREncoderError: Error, Equatable, Sendable {
    /// The library is not installed.
    case libraryMissing(String)
    /// A library of that name lacks the required functions.
    case libraryForeign(String)
    /// The text is empty, contains a NUL, or exceeds the capacity of a QR code.
    case unencodable
}

extension QREncoderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .libraryMissing(let name): "\(name) is not installed (package libqrencode4)"
        case .libraryForeign(let name): "\(name) is not libqrencode 4"
        case .unencodable: "the text is empty, holds a NUL or is too long for a QR code"
        }
    }
}
