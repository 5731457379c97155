import Foundation
import Glibc

/// A change of a file that nobody wrote: what a disk returns instead of what it was given.
struct RotDamage: Sendable, CustomStringConvertible {
    enum Kind: String, CaseIterable, Sendable {
        /// One bit is another one.
        case bit
        /// A page of zeros.
        case zeros
        /// A page of random bytes.
        case garbage
        /// A page as it was some commits ago: a write that the disk has forgotten.
        case older
    }

    /// The state of the receiver when it happens.
    enum Moment: String, CaseIterable, Sendable {
        /// It was stopped.
        case stopped
        /// It was killed, so that the newest commits are in the WAL.
        case killed
        /// It runs.
        case running
    }

    let kind: Kind
    let moment: Moment
    let file: String
    let seed: UInt64

    private static let pageBytes = 4_096

    var description: String { "\(kind.rawValue) in \(file), \(moment.rawValue), seed \(seed)" }

    /// The bytes with the damage; nil when it changes nothing.
    ///
    /// - Parameter older: the file some commits ago.
    func damaged(_ bytes: [UInt8], older: [UInt8]?) -> [UInt8]? {
        var random = SeededGenerator(seed: seed)
        guard !bytes.isEmpty else { return nil }
        var changed = bytes
        let pages = Self.pages(of: bytes)
        let first = Int.random(in: pages.indices, using: &random)
        if kind == .bit {
            let index = Int.random(in: pages[first], using: &random)
            changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            return changed
        }
        // Pages that differ are few; all are tried, from a random one on.
        for step in 0..<(kind == .older ? pages.count : 1) {
            for index in pages[(first + step) % pages.count] {
                switch kind {
                case .zeros: changed[index] = 0
                case .garbage: changed[index] = UInt8.random(in: .min ... .max, using: &random)
                default:
                    guard let older, older.indices.contains(index) else { break }
                    changed[index] = older[index]
                }
            }
            if changed != bytes { return changed }
        }
        return nil
    }

    /// The pages of a file that are in use; all where none has anything but zeros.
    private static func pages(of bytes: [UInt8]) -> [Range<Int>] {
        let all = stride(from: 0, to: bytes.count, by: pageBytes).map { start in
            start..<min(start + pageBytes, bytes.count)
        }
        let used = all.filter { page in bytes[page].contains { $0 != 0 } }
        return used.isEmpty ? all : used
    }

    /// Damages a file in its place, under the same inode; returns whether that changes anything.
    func apply(in directory: String, older: [UInt8]?) throws -> Bool {
        let path = directory + file
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        guard let damaged = damaged(bytes, older: older) else { return false }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(descriptor) }
        // Only what is changed: the receiver may write at the same time.
        guard let first = bytes.indices.first(where: { bytes[$0] != damaged[$0] }),
            let last = bytes.indices.last(where: { bytes[$0] != damaged[$0] })
        else { return false }
        let part = Array(damaged[first...last])
        return pwrite(descriptor, part, part.count, off_t(first)) == part.count
    }
}
