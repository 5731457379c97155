import Foundation

/// One thing that a recorded program did to its files, or that it sent.
enum DiskEvent {
    /// A new file got a name.
    case created(file: UInt64, name: String)
    case written(file: UInt64, offset: Int, ArraySlice<UInt8>)
    case resized(file: UInt64, size: Int)
    /// Its size is at least this from now on.
    case extended(file: UInt64, size: Int)

    /// A sync of the file, or of the directory where it is nil, begins.
    case syncBegins(file: UInt64?, name: String, number: Int)
    case syncEnds(number: Int)
    case syncFails(number: Int)

    case renamed(String, to: String)
    case linked(String, as: String)
    case removed(String)

    /// Bytes for a peer.
    case sent(ArraySlice<UInt8>)
    /// What the test noted.
    case noted(String)

    /// Whether it changes what a power cut leaves, or what has to be there.
    var isCut: Bool {
        switch self {
        case .syncBegins: false
        default: true
        }
    }
}

/// The record that the library in Tests/DiskRecord writes, read event by event.
struct DiskRecord {
    /// The record is cut off or not one.
    struct Malformed: Error { let offset: Int }

    private(set) var events: [DiskEvent] = []

    /// The sizes of `struct record` of the library.
    private static let (headBytes, magic) = (32, 0x4452_4543)

    init(file: String) throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        var start = 0
        while start < bytes.count {
            guard start + Self.headBytes <= bytes.count,
                Self.number(bytes, start, 4) == Self.magic
            else { throw Malformed(offset: start) }
            let lengths = [(6, 2), (8, 2), (12, 4)].map { Self.number(bytes, start + $0, $1) }
            var next = start + Self.headBytes
            let parts = lengths.map { length in
                defer { next += length }
                return bytes[min(next, bytes.count)..<min(next + length, bytes.count)]
            }
            let kind = UInt8(truncatingIfNeeded: Self.number(bytes, start + 4, 2))
            let file = UInt64(Self.number(bytes, start + 16, 8))
            let value = Self.number(bytes, start + 24, 8)
            guard next <= bytes.count, let event = Self.event(kind, file, value, parts) else {
                throw Malformed(offset: start)
            }
            events.append(event)
            start = next
        }
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        Int(
            truncatingIfNeeded: bytes[offset..<offset + count].reversed()
                .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        )
    }

    private static func event(
        _ kind: UInt8,
        _ file: UInt64,
        _ value: Int,
        _ parts: [ArraySlice<UInt8>]
    ) -> DiskEvent? {
        let (name, other) = (
            String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self)
        )
        switch kind {
        case UInt8(ascii: "C"): return .created(file: file, name: name)
        case UInt8(ascii: "W"): return .written(file: file, offset: value, parts[2])
        case UInt8(ascii: "T"): return .resized(file: file, size: value)
        case UInt8(ascii: "A"): return .extended(file: file, size: value)
        case UInt8(ascii: "S"):
            return .syncBegins(file: name == "." ? nil : file, name: name, number: value)
        case UInt8(ascii: "E"): return .syncEnds(number: value)
        case UInt8(ascii: "F"): return .syncFails(number: value)
        case UInt8(ascii: "R"): return .renamed(name, to: other)
        case UInt8(ascii: "L"): return .linked(name, as: other)
        case UInt8(ascii: "U"): return .removed(name)
        case UInt8(ascii: "M"): return .sent(parts[2])
        case UInt8(ascii: "N"): return .noted(String(decoding: parts[2], as: UTF8.self))
        default: return nil
        }
    }

    /// Appends a note of the test to a record.
    static func note(_ text: String, in file: String) throws {
        func bytes(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let head =
            bytes(magic, 4) + bytes(Int(UInt8(ascii: "N")), 2) + bytes(0, 6)
            + bytes(text.utf8.count, 4) + bytes(0, 16)
        let descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let all = head + Array(text.utf8)
        guard write(descriptor, all, all.count) == all.count else {
            throw CocoaError(.fileWriteUnknown)
        }
    }
}
