import CSQLite
import Glibc

/// A VFS that writes all WAL frames of a commit with one call, when the WAL is synced.
///
/// SQLite writes each page of a commit with two system calls: the frame header, and the page. They
/// are adjacent in the file, so they are collected here until the `xSync` of the commit, which
/// writes them first. Under full load this takes about 0.5 system calls per callback instead of
/// 2.4. All other operations, and files other than a WAL, use the default VFS
/// (<https://www.sqlite.org/vfs.html>).
///
/// Requires `PRAGMA synchronous = FULL`, which syncs a commit before other connections may read it.
/// With a lower level, readers would look for frames that are not yet in the file.
enum LogAppendingVFS {
    /// The name of the VFS; nil if it cannot be registered, which makes connections use the default
    /// VFS.
    static let name: String? = register(as: "cashin-append")

    private static func register(as name: String) -> String? {
        guard let base = unsafe sqlite3_vfs_find(nil), let copy = unsafe strdup(name) else {
            return nil
        }
        // Both allocations live as long as the process. SQLite passes this VFS to the copied
        // functions; of those, only xOpen reads pAppData.
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe vfs.initialize(to: base.pointee)
        unsafe vfs.pointee.zName = UnsafePointer(copy)
        unsafe vfs.pointee.pNext = nil
        unsafe vfs.pointee.pAppData = UnsafeMutableRawPointer(base)
        unsafe vfs.pointee.szOsFile = base.pointee.szOsFile + Int32(AppendedLog.innerOffset)
        unsafe vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let vfs = unsafe vfs, let file = unsafe file,
                let data = unsafe vfs.pointee.pAppData
            else { return SQLITE_MISUSE }
            let base = unsafe data.assumingMemoryBound(to: sqlite3_vfs.self)
            guard flags & SQLITE_OPEN_WAL != 0 else {
                return unsafe base.pointee.xOpen(base, name, file, flags, outFlags)
            }
            return unsafe AppendedLog.open(file) { inner in
                unsafe base.pointee.xOpen(base, name, inner, flags, outFlags)
            }
        }
        return unsafe sqlite3_vfs_register(vfs, 0) == SQLITE_OK ? name : nil
    }
}

/// One open WAL.
///
/// SQLite owns the memory of a file. It contains, in this order, the pointer to the file's methods,
/// a reference to this object, and the file of the default VFS.
@safe private final class AppendedLog {
    static let innerOffset = 16
    private static let referenceOffset = 8

    /// The file of the default VFS, valid until it is closed, when this object is released.
    private let inner: UnsafeMutablePointer<sqlite3_file>
    private let io: sqlite3_io_methods

    /// Bytes that are not yet in the file, and their offset.
    private var pending: [UInt8] = []
    private var start: sqlite3_int64 = 0

    /// Maximum pending bytes: the default VFS takes lengths of 17 bits, so a larger commit is
    /// written in parts.
    private static let pendingMax = (1 << 17) - 1

    private init(_ inner: UnsafeMutablePointer<sqlite3_file>, _ io: sqlite3_io_methods) {
        unsafe self.inner = inner
        self.io = io
        pending.reserveCapacity(Self.pendingMax)
    }

    /// Opens a WAL.
    ///
    /// - Parameter openInner: opens the file of the default VFS.
    /// - Returns: the result code of `openInner`.
    static func open(
        _ file: UnsafeMutablePointer<sqlite3_file>,
        _ openInner: (UnsafeMutablePointer<sqlite3_file>) -> Int32
    ) -> Int32 {
        let memory = UnsafeMutableRawPointer(file)
        let inner = unsafe (memory + innerOffset).assumingMemoryBound(to: sqlite3_file.self)
        // SQLite does not close a file without methods.
        unsafe inner.pointee.pMethods = nil
        unsafe file.pointee.pMethods = nil
        let code = unsafe openInner(inner)
        guard let io = unsafe inner.pointee.pMethods else { return code }
        let log = unsafe Unmanaged.passRetained(AppendedLog(inner, io.pointee))
        unsafe (memory + referenceOffset).storeBytes(
            of: log.toOpaque(),
            as: UnsafeMutableRawPointer.self
        )
        unsafe file.pointee.pMethods = UnsafePointer(methods)
        return code
    }

    private static func reference(
        in file: UnsafeMutablePointer<sqlite3_file>
    ) -> Unmanaged<AppendedLog> {
        let place = unsafe UnsafeMutableRawPointer(file) + referenceOffset
        return unsafe .fromOpaque(place.load(as: UnsafeMutableRawPointer.self))
    }

    private typealias Call = (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32

    /// Calls a method of the default VFS's file.
    private static func pass(_ file: UnsafeMutablePointer<sqlite3_file>?, _ call: Call) -> Int32 {
        guard let file = unsafe file else { return SQLITE_MISUSE }
        let log = unsafe reference(in: file).takeUnretainedValue()
        return unsafe call(log.io, log.inner)
    }

    /// Writes pending bytes, then calls a method of the default VFS's file.
    private static func flush(
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ call: Call
    ) -> Int32 {
        guard let file = unsafe file else { return SQLITE_MISUSE }
        let code = unsafe reference(in: file).takeUnretainedValue().flush()
        return code == SQLITE_OK ? unsafe pass(file, call) : code
    }

    private func append(_ bytes: UnsafeRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
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
    private func flush() -> Int32 {
        if pending.isEmpty { return SQLITE_OK }
        defer { pending.removeAll(keepingCapacity: true) }
        return unsafe pending.withUnsafeBytes {
            unsafe io.xWrite(inner, $0.baseAddress, Int32($0.count), start)
        }
    }

    private func close() -> Int32 {
        let code = flush()
        let closed = unsafe io.xClose(inner)
        return code == SQLITE_OK ? closed : code
    }

    /// The methods of a WAL; version 1, because later versions add methods for database files only.
    private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        var methods = sqlite3_io_methods()
        methods.iVersion = 1
        unsafe methods.xClose = { file in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            return unsafe reference(in: file).takeRetainedValue().close()
        }
        unsafe methods.xWrite = { file, bytes, count, offset in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            return unsafe reference(in: file).takeUnretainedValue().append(bytes, at: offset)
        }
        unsafe methods.xRead = { file, buffer, count, offset in
            unsafe flush(file) { unsafe $0.xRead($1, buffer, count, offset) }
        }
        unsafe methods.xTruncate = { file, size in
            unsafe flush(file) { unsafe $0.xTruncate($1, size) }
        }
        unsafe methods.xSync = { file, flags in unsafe flush(file) { unsafe $0.xSync($1, flags) } }
        unsafe methods.xFileSize = { file, size in
            unsafe flush(file) { unsafe $0.xFileSize($1, size) }
        }
        unsafe methods.xLock = { file, level in unsafe pass(file) { unsafe $0.xLock($1, level) } }
        unsafe methods.xUnlock = { file, level in
            unsafe pass(file) { unsafe $0.xUnlock($1, level) }
        }
        unsafe methods.xCheckReservedLock = { file, result in
            unsafe pass(file) { unsafe $0.xCheckReservedLock($1, result) }
        }
        unsafe methods.xFileControl = { file, operation, argument in
            unsafe pass(file) { unsafe $0.xFileControl($1, operation, argument) }
        }
        unsafe methods.xSectorSize = { file in unsafe pass(file) { unsafe $0.xSectorSize($1) } }
        unsafe methods.xDeviceCharacteristics = { file in
            unsafe pass(file) { unsafe $0.xDeviceCharacteristics($1) }
        }
        let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe pointer.initialize(to: methods)
        return unsafe pointer
    }()
}
