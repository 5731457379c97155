import CSQLite

/// A VFS that notices changed pages when they are read: a flipped bit, or other contents than were
/// written.
///
/// A page of a database file bears a ``PageChecksum`` in bytes that SQLite leaves to extensions
/// (<https://www.sqlite.org/fileformat2.html>, section 1.3.4). It is written with the page and
/// compared whenever the page is read. Frames of the WAL have checksums of SQLite, which reads them
/// at a recovery only; here they are compared whenever a page is read. A page that does not match
/// is `SQLITE_IOERR_DATA`.
///
/// A page that was not overwritten, and a page of the WAL's shared memory, are not noticed.
/// Databases of programs without this VFS can be read and written: their pages have no checksums. A
/// database with checksums must be written through this VFS.
enum PageCheckVFS {
    /// The name of the VFS; nil if it cannot be registered, which makes connections use the default
    /// VFS.
    static let name = LayeredVFS.register(
        as: "cashin-check",
        over: nil,
        files: SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL
    ) { opening, lower in
        let path = unsafe String(cString: opening.name)
        guard opening.flags & SQLITE_OPEN_WAL != 0,
            let file = unsafe sqlite3_database_file_object(opening.name),
            let database = unsafe LayeredFile.object(of: file) as? CheckedDatabaseFile
        else {
            return CheckedDatabaseFile(over: lower, path: path, hasWAL: hasWAL(opening))
        }
        return CheckedWALFile(over: lower, path: path, database: database)
    }

    private static func hasWAL(_ opening: LayeredVFS.Opening) -> Bool {
        var isThere: Int32 = 0
        let code = unsafe opening.vfs.pointee.xAccess(
            opening.vfs,
            sqlite3_filename_wal(opening.name),
            SQLITE_ACCESS_EXISTS,
            &isThere
        )
        return code == SQLITE_OK && isThere != 0
    }

    /// `SQLITE_IOERR_DATA`, which Swift does not import.
    static let damaged = SQLITE_IOERR | 32 << 8

    /// `xFileControl`: stores a `String?`, what was found to be damaged last, at the argument.
    static let lastDamage: Int32 = 0x4341_0001

    /// `xFileControl`: stores a `Bool?`, whether pages have checksums, at the argument, which first
    /// sets it where it is not nil.
    static let checksums: Int32 = 0x4341_0002
}

/// A database file.
final class CheckedDatabaseFile: LayeredFile {
    private let path: String

    /// Whether the pages have checksums; nil before the first page of a file is known whose
    /// contents are all in the WAL.
    private var isChecked: Bool?
    private var lastDamage: String?
    private var page = [UInt8](repeating: 0, count: PageChecksum.pageBytes)

    /// How many pages are tried to find whether pages have checksums; the first may be damaged.
    private static let triedPages: sqlite3_int64 = 8

    /// Where the first page tells how many bytes of each page are reserved.
    static let reserveOffset = 20

    init(over lower: LowerFile, path: String, hasWAL: Bool) {
        self.path = path
        super.init(over: lower)
        guard let byteCount = lower.byteCount else { return }
        if byteCount == 0 {
            isChecked = hasWAL ? nil : true
            return
        }
        let pages = min(byteCount / sqlite3_int64(page.count), Self.triedPages)
        isChecked = (0..<pages).contains { number in
            unsafe page.withUnsafeMutableBytes { buffer in
                unsafe lower.read(buffer, at: number * sqlite3_int64(buffer.count)) == SQLITE_OK
                    && PageChecksum.matches(UnsafeRawBufferPointer(buffer), number: number + 1)
            }
        }
    }

    /// Records whether the pages have checksums, by the first one.
    func recordFirstPage(_ page: UnsafeRawBufferPointer) {
        isChecked = unsafe Int(page[Self.reserveOffset]) == PageChecksum.reservedBytes
    }

    /// Records whether the pages have checksums, by the first one, unless it is known.
    func recordFirstPageInWAL(_ page: UnsafeRawBufferPointer) {
        if isChecked == nil { unsafe recordFirstPage(page) }
    }

    /// Records damage; returns the result code for it.
    func record(damage: String) -> Int32 {
        lastDamage = damage
        return PageCheckVFS.damaged
    }

    /// The number of the page at an offset; nil where none starts.
    private static func number(at offset: sqlite3_int64, _ count: Int) -> Int64? {
        let bytes = sqlite3_int64(PageChecksum.pageBytes)
        return count == PageChecksum.pageBytes && offset % bytes == 0 ? offset / bytes + 1 : nil
    }

    override func read(
        _ buffer: UnsafeMutableRawBufferPointer,
        at offset: sqlite3_int64
    ) -> Int32 {
        let code = unsafe lower.read(buffer, at: offset)
        guard isChecked == true, code == SQLITE_OK else { return code }
        guard let number = Self.number(at: offset, buffer.count) else {
            // Less than the smallest page is the header; other sizes come from a damaged one.
            guard buffer.count >= 512 else { return code }
            return record(damage: "\(path): the page size in the header is damaged")
        }
        if unsafe PageChecksum.matches(UnsafeRawBufferPointer(buffer), number: number) {
            return code
        }
        return record(damage: "\(path): page \(number) does not match its checksum")
    }

    override func write(_ bytes: UnsafeRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
        guard let number = Self.number(at: offset, bytes.count) else {
            return unsafe lower.write(bytes, at: offset)
        }
        if number == 1 { unsafe recordFirstPage(bytes) }
        guard isChecked == true else { return unsafe lower.write(bytes, at: offset) }
        return unsafe page.withUnsafeMutableBytes { buffer in
            unsafe buffer.copyMemory(from: bytes)
            unsafe PageChecksum.stamp(buffer, number: number)
            return unsafe lower.write(UnsafeRawBufferPointer(buffer), at: offset)
        }
    }

    override func control(_ operation: Int32, _ argument: UnsafeMutableRawPointer?) -> Int32 {
        switch operation {
        case PageCheckVFS.lastDamage:
            unsafe argument?.assumingMemoryBound(to: String?.self).pointee = lastDamage
        case PageCheckVFS.checksums:
            let value = unsafe argument?.assumingMemoryBound(to: Bool?.self)
            if let wanted = unsafe value?.pointee { isChecked = wanted }
            unsafe value?.pointee = isChecked
        default: return unsafe super.control(operation, argument)
        }
        return SQLITE_OK
    }
}
