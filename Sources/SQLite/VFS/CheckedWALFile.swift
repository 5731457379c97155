import CSQLite

/// The parts of a WAL (<https://www.sqlite.org/fileformat2.html>, section 4).
package enum WALFormat {
    package static let headerBytes = 32
    package static let frameHeaderBytes = 24

    /// A frame with a page of the size that this program uses.
    package static let frameBytes = frameHeaderBytes + PageChecksum.pageBytes

    /// Where a checksum is in the header, and in that of a frame.
    static let headerChecksumOffset = 24
    static let frameChecksumOffset = 16

    /// The bytes of a frame header that its checksum covers: page number and database size.
    static let frameFactBytes = 8

    /// The offset of a frame; the first one is 0.
    static func offset(ofFrame index: Int64) -> Int64 {
        Int64(headerBytes) + index * Int64(frameBytes)
    }
}

/// A WAL whose frames are compared with their checksums whenever a page is read.
final class CheckedWALFile: LayeredFile {
    private let path: String
    private let database: CheckedDatabaseFile

    /// The stored checksum of the frame before, the rest of that frame, and a frame.
    private var frames = [UInt8](
        repeating: 0,
        count: 2 * WALFormat.frameBytes - WALFormat.frameChecksumOffset
    )

    /// The first frame whose page was written again by a write that has not ended. The checksums
    /// from there on are written at its end.
    private var rewrittenFrame: Int64?

    /// The end of the last write.
    private var writtenEnd: sqlite3_int64 = 0

    init(over lower: LowerFile, path: String, database: CheckedDatabaseFile) {
        self.path = path
        self.database = database
        super.init(over: lower)
    }

    override func read(
        _ buffer: UnsafeMutableRawBufferPointer,
        at offset: sqlite3_int64
    ) -> Int32 {
        guard buffer.count == PageChecksum.pageBytes, let (frame, place) = Self.place(of: offset),
            place == WALFormat.frameHeaderBytes, frame < rewrittenFrame ?? .max
        else { return unsafe lower.read(buffer, at: offset) }
        return unsafe read(buffer, ofFrame: frame)
    }

    override func write(_ bytes: UnsafeRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
        if let (frame, place) = Self.place(of: offset) {
            if place == WALFormat.frameHeaderBytes, offset != writtenEnd {
                rewrittenFrame = min(rewrittenFrame ?? frame, frame)
            } else if place == 0, let rewritten = rewrittenFrame, frame <= rewritten {
                rewrittenFrame = nil
            }
        }
        writtenEnd = offset + sqlite3_int64(bytes.count)
        return unsafe lower.write(bytes, at: offset)
    }

    /// The frame at an offset, and where in it; nil in the header.
    private static func place(of offset: sqlite3_int64) -> (frame: Int64, offset: Int)? {
        let (frame, rest) = (offset - Int64(WALFormat.headerBytes))
            .quotientAndRemainder(dividingBy: Int64(WALFormat.frameBytes))
        return offset < WALFormat.headerBytes ? nil : (frame, Int(rest))
    }

    /// Reads the page of a frame, and compares it with the checksum of the frame, which covers the
    /// one of the frame before it, too: all with one call.
    private func read(_ page: UnsafeMutableRawBufferPointer, ofFrame frame: Int64) -> Int32 {
        let start = WALFormat.offset(ofFrame: frame)
        let before =
            frame == 0
            ? Int64(WALFormat.headerChecksumOffset)
            : WALFormat.offset(ofFrame: frame - 1) + Int64(WALFormat.frameChecksumOffset)
        let headerStart = Int(start - before)
        return unsafe frames.withUnsafeMutableBytes { all in
            let count = headerStart + WALFormat.frameBytes
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: all[..<count])
            let code = unsafe lower.read(part, at: before)
            guard code == SQLITE_OK else { return code }
            let bytes = UnsafeRawBufferPointer(part)
            let pageStart = headerStart + WALFormat.frameHeaderBytes
            unsafe page.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[pageStart...]))
            if unsafe bytes[headerStart..<headerStart + 4].elementsEqual([0, 0, 0, 1]) {
                unsafe database.recordFirstPageInWAL(UnsafeRawBufferPointer(page))
            }
            if unsafe Self.isSound(bytes, headerStart: headerStart) { return SQLITE_OK }
            return database.record(
                damage: "\(path): frame \(frame + 1) does not match its checksum"
            )
        }
    }

    /// - Parameter bytes: the stored checksum before the frame; the frame from `headerStart` on.
    private static func isSound(_ bytes: UnsafeRawBufferPointer, headerStart: Int) -> Bool {
        let facts = headerStart..<headerStart + WALFormat.frameFactBytes
        let pageStart = headerStart + WALFormat.frameHeaderBytes
        let stored = unsafe WALChecksum(
            UnsafeRawBufferPointer(
                rebasing: bytes[(headerStart + WALFormat.frameChecksumOffset)..<pageStart]
            )
        )
        for isBigEndian in [false, true] {
            var sum = unsafe WALChecksum(UnsafeRawBufferPointer(rebasing: bytes[..<8]))
            unsafe sum.add(UnsafeRawBufferPointer(rebasing: bytes[facts]), isBigEndian: isBigEndian)
            unsafe sum.add(
                UnsafeRawBufferPointer(rebasing: bytes[pageStart...]),
                isBigEndian: isBigEndian
            )
            if sum == stored { return true }
        }
        return false
    }
}
