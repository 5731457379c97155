/// Finds damage in a WAL from which a recovery would silently lose commits.
///
/// After a crash SQLite takes the frames up to the first one that does not match its checksum:
/// there a power cut has torn the last commit, which was not synced. A bit that flips in an older
/// frame has the same effect, and all commits from there on are lost. The two are told apart by
/// what follows: with `synchronous = FULL` no frame is written before the commit before it is on
/// disk. So frames that continue behind a commit show that this commit was complete once.
///
/// Damage in the last commit looks like a torn one.
package enum WALExamination {
    /// What is damaged, in words; nil when a recovery loses nothing that was complete.
    ///
    /// - Parameter bytes: the WAL. One of another page size than this program's is not examined.
    package static func damage(in bytes: [UInt8]) -> String? {
        unsafe bytes.withUnsafeBytes { unsafe Frames(bytes: $0).damage }
    }

    /// The first page of the database as of the newest commit that a recovery would find; nil when
    /// no commit in the WAL has changed it.
    ///
    /// - Parameter bytes: the WAL, also one that is being written. One of another page size than
    ///   this program's is not read.
    package static func firstPage(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let offset = unsafe bytes.withUnsafeBytes { unsafe Frames(bytes: $0).firstPageOffset }
        return offset.map { bytes[$0..<$0 + PageChecksum.pageBytes] }
    }
}

/// The frames of a WAL.
@safe private struct Frames {
    let bytes: UnsafeRawBufferPointer
    private let count: Int64

    /// The byte order of checksummed words, by a sound header.
    private let isBigEndian: Bool

    init(bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
        unsafe isBigEndian = bytes.count > 3 && bytes[3] & 1 == 1
        count = Int64(max(bytes.count - WALFormat.headerBytes, 0) / WALFormat.frameBytes)
    }

    var damage: String? {
        if count == 0 { return nil }
        guard isHeaderSound else {
            let isUsed = (1..<count).contains { frame in
                isCommit(frame) && [false, true].contains { continues(at: frame, isBigEndian: $0) }
            }
            return isUsed ? "its header is damaged, and the commits in it cannot be read" : nil
        }
        guard hasOurPageSize, let broken = firstBroken else { return nil }
        let lost = (broken..<count - 1).contains {
            isCommit($0) && hasSalt($0 + 1) && continues(at: $0 + 1, isBigEndian: isBigEndian)
        }
        return lost
            ? "frame \(broken + 1) is damaged, and the commits from there on cannot be read"
            : nil
    }

    /// Where the content of the first page begins in its newest committed frame.
    var firstPageOffset: Int? {
        guard count > 0, isHeaderSound, hasOurPageSize else { return nil }
        let sound = 0..<(firstBroken ?? count)
        guard let commit = sound.last(where: isCommit) else { return nil }
        return (0...commit).last { number(at: offset($0)) == 1 }
            .map { offset($0) + WALFormat.frameHeaderBytes }
    }

    /// The first frame that a recovery does not take.
    private var firstBroken: Int64? {
        (0..<count).first { !hasSalt($0) || !continues(at: $0, isBigEndian: isBigEndian) }
    }

    private var hasOurPageSize: Bool { number(at: 8) == UInt32(PageChecksum.pageBytes) }

    private var isHeaderSound: Bool {
        guard [0x377F_0682, 0x377F_0683].contains(number(at: 0)) else { return false }
        var sum = WALChecksum()
        unsafe sum.add(slice(0, WALFormat.headerChecksumOffset), isBigEndian: isBigEndian)
        return unsafe sum == WALChecksum(slice(WALFormat.headerChecksumOffset, 8))
    }

    /// Whether a frame belongs to this use of the WAL, and not to the one before.
    private func hasSalt(_ frame: Int64) -> Bool {
        let start = offset(frame) + WALFormat.frameFactBytes
        return unsafe bytes[16..<24].elementsEqual(bytes[start..<start + 8])
    }

    private func isCommit(_ frame: Int64) -> Bool { number(at: offset(frame) + 4) != 0 }

    /// Whether a frame matches its checksum, which covers the stored one of the frame before.
    private func continues(at frame: Int64, isBigEndian: Bool) -> Bool {
        let before =
            frame == 0
            ? WALFormat.headerChecksumOffset
            : offset(frame - 1) + WALFormat.frameChecksumOffset
        let start = offset(frame)
        var sum = unsafe WALChecksum(slice(before, 8))
        unsafe sum.add(slice(start, WALFormat.frameFactBytes), isBigEndian: isBigEndian)
        unsafe sum.add(
            slice(start + WALFormat.frameHeaderBytes, PageChecksum.pageBytes),
            isBigEndian: isBigEndian
        )
        return unsafe sum == WALChecksum(slice(start + WALFormat.frameChecksumOffset, 8))
    }

    private func offset(_ frame: Int64) -> Int { Int(WALFormat.offset(ofFrame: frame)) }

    private func slice(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private func number(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
