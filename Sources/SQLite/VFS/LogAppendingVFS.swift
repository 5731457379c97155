import CSQLite

/// A VFS that writes all WAL frames of a commit with one call, when the WAL is synced.
///
/// SQLite writes each page of a commit with two system calls: the frame header, and the page. They
/// are adjacent in the file, so they are collected here until the `xSync` of the commit, which
/// writes them first. Under full load this takes about 0.5 system calls per callback instead of
/// 2.4. All other operations, and files other than a WAL, use ``PageCheckVFS``.
///
/// Requires `PRAGMA synchronous = FULL`, which syncs a commit before other connections may read it.
/// With a lower level, readers would look for frames that are not yet in the file.
enum LogAppendingVFS {
    /// The name of the VFS; nil if it cannot be registered, which makes connections use the default
    /// VFS.
    static let name = LayeredVFS.register(
        as: "cashin-append",
        over: PageCheckVFS.name,
        files: SQLITE_OPEN_WAL
    ) { AppendedLog(over: $1) }
}

/// One open WAL.
private final class AppendedLog: LayeredFile {
    /// Bytes that are not yet in the file, and their offset.
    private var pending: [UInt8] = []
    private var start: sqlite3_int64 = 0

    /// Maximum pending bytes: the default VFS takes lengths of 17 bits, so a larger commit is
    /// written in parts.
    private static let pendingMax = (1 << 17) - 1

    override init(over lower: LowerFile) {
        super.init(over: lower)
        pending.reserveCapacity(Self.pendingMax)
    }

    override func write(_ bytes: UnsafeRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
        let follows = offset == start + sqlite3_int64(pending.count)
        if !follows || pending.count + bytes.count > Self.pendingMax {
            let code = flush()
            if code != SQLITE_OK { return code }
        }
        if pending.isEmpty { start = offset }
        unsafe pending.append(contentsOf: bytes)
        return SQLITE_OK
    }

    /// Writes the pending bytes; on failure they are dropped, and SQLite abandons the commit.
    override func flush() -> Int32 {
        if pending.isEmpty { return SQLITE_OK }
        defer { pending.removeAll(keepingCapacity: true) }
        return unsafe pending.withUnsafeBytes { unsafe lower.write($0, at: start) }
    }
}
