/// The compression of a body, as its first bytes show.
enum ContentCoding: Equatable {
    case gzip, zlib, zstandard

    /// Reads the magic bytes; nil if there are none.
    init?(_ body: [UInt8]) {
        if body.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if body.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstandard
        } else if body.count > 2, body[0] == 0x78, (0x7800 + Int(body[1])) % 31 == 0 {
            // RFC 1950 section 2.2: deflate with a window of 32 KiB; the two bytes together are a
            // multiple of 31.
            self = .zlib
        } else {
            return nil
        }
    }

    /// The compression and its magic bytes.
    var phrase: String {
        switch self {
        case .gzip: "gzip, it begins with 1F 8B"
        case .zlib: "deflate in zlib's format, as its first two bytes show"
        case .zstandard: "Zstandard, it begins with 28 B5 2F FD"
        }
    }
}
