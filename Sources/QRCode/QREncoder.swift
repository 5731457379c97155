import Glibc

/// Makes QR codes with libqrencode, which is looked for when it is wanted: it need not be there.
@safe package final class QREncoder {
    /// The name under which version 4 of the library is installed.
    package static let libraryName = "libqrencode.so.4"

    /// `QRcode *QRcode_encodeString(const char *string, int version, QRecLevel level,
    /// QRencodeMode hint, int casesensitive)`; the two enumerations are unsigned.
    private typealias Encode =
        @convention(c) (UnsafePointer<CChar>, CInt, CUnsignedInt, CUnsignedInt, CInt)
        -> UnsafeMutableRawPointer?

    /// `void QRcode_free(QRcode *qrcode)`
    private typealias Free = @convention(c) (UnsafeMutableRawPointer) -> Void

    /// Closed when this object goes; both functions are the library's.
    private let library: UnsafeMutableRawPointer
    private let encode: Encode
    private let free: Free

    /// Loads the library. Wraps `dlopen(3)` and `dlsym(3)`.
    package init(library name: String = libraryName) throws(QREncoderError) {
        guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw .libraryMissing(name)
        }
        guard let encode = unsafe dlsym(library, "QRcode_encodeString"),
            let free = unsafe dlsym(library, "QRcode_free")
        else {
            // Fails only for a handle that is none.
            _ = unsafe dlclose(library)
            throw .libraryForeign(name)
        }
        unsafe self.library = library
        unsafe self.encode = unsafeBitCast(encode, to: Encode.self)
        unsafe self.free = unsafeBitCast(free, to: Free.self)
    }

    deinit {
        // Fails only for a handle that is none.
        _ = unsafe dlclose(library)
    }

    /// The smallest symbol of level M that holds `text`, which stands for its UTF-8.
    package func symbol(of text: String) throws(QREncoderError) -> QRSymbol {
        // The library takes a C string, which ends at the first NUL, and wants at least one byte.
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
        // The lowest bit of a module's byte says whether it is dark, the others why.
        let modules = unsafe UnsafeBufferPointer(start: data, count: width * width)
        return QRSymbol(width: width, darkness: unsafe modules.map { $0 & 1 == 1 })
    }

    /// Versions 1 to 40 (ISO/IEC 18004).
    private static let widths = 21...177
}

/// Why there is no symbol.
package enum QREncoderError: Error, Equatable, Sendable {
    /// The library is not installed.
    case libraryMissing(String)
    /// What is installed under its name lacks its functions.
    case libraryForeign(String)
    /// The text is empty, holds a NUL, or is longer than a symbol can hold.
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
