import CSQLite
import Glibc

/// A VFS that puts an object of its own between SQLite and some of the files, and leaves everything
/// else to another VFS (<https://www.sqlite.org/vfs.html>).
@safe final class LayeredVFS {
    /// What `xOpen` is asked for.
    @safe struct Opening {
        /// The name of the file, which SQLite relates to the names of its database, WAL and
        /// journal; valid until the file is closed.
        let name: UnsafePointer<CChar>
        let flags: Int32
        let vfs: UnsafeMutablePointer<sqlite3_vfs>
    }

    private let base: UnsafeMutablePointer<sqlite3_vfs>
    private let flags: Int32
    private let makeFile: (Opening, LowerFile) -> LayeredFile

    private init(
        base: UnsafeMutablePointer<sqlite3_vfs>,
        flags: Int32,
        makeFile: @escaping (Opening, LowerFile) -> LayeredFile
    ) {
        unsafe self.base = base
        self.flags = flags
        self.makeFile = makeFile
    }

    /// Registers a VFS.
    ///
    /// - Parameters:
    ///   - baseName: the VFS for everything else; nil for the default one.
    ///   - flags: `SQLITE_OPEN_…` flags, one of which a file must have to be handled.
    ///   - makeFile: makes the object of a file that has been opened.
    /// - Returns: `name`; nil if the VFS cannot be registered.
    static func register(
        as name: String,
        over baseName: String?,
        files flags: Int32,
        makeFile: @escaping (Opening, LowerFile) -> LayeredFile
    ) -> String? {
        guard let base = unsafe sqlite3_vfs_find(baseName), let copy = unsafe strdup(name) else {
            return nil
        }
        let layer = unsafe LayeredVFS(base: base, flags: flags, makeFile: makeFile)
        // All allocations live as long as the process. SQLite passes this VFS to the copied
        // functions; of those, only xOpen reads pAppData.
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe vfs.initialize(to: base.pointee)
        unsafe vfs.pointee.zName = UnsafePointer(copy)
        unsafe vfs.pointee.pNext = nil
        unsafe vfs.pointee.pAppData = Unmanaged.passRetained(layer).toOpaque()
        unsafe vfs.pointee.szOsFile = base.pointee.szOsFile + Int32(LayeredFile.lowerOffset)
        unsafe vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let file = unsafe file, let data = unsafe vfs?.pointee.pAppData else {
                return SQLITE_MISUSE
            }
            let layer = unsafe Unmanaged<LayeredVFS>.fromOpaque(data).takeUnretainedValue()
            return unsafe layer.open(name, file, flags, outFlags)
        }
        return unsafe sqlite3_vfs_register(vfs, 0) == SQLITE_OK ? name : nil
    }

    private func open(
        _ name: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>,
        _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard flags & self.flags != 0, let name = unsafe name else {
            return unsafe base.pointee.xOpen(base, name, file, flags, outFlags)
        }
        let lower = unsafe LayeredFile.lowerFile(of: file)
        // SQLite does not close a file without methods.
        unsafe lower.pointee.pMethods = nil
        unsafe file.pointee.pMethods = nil
        let code = unsafe base.pointee.xOpen(base, name, lower, flags, outFlags)
        guard let opened = unsafe LowerFile(lower) else { return code }
        unsafe makeFile(Opening(name: name, flags: flags, vfs: base), opened).attach(to: file)
        return code
    }
}

/// A file of the VFS below, valid until it is closed.
@safe struct LowerFile {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let io: UnsafePointer<sqlite3_io_methods>

    /// nil for a file that could not be opened.
    init?(_ file: UnsafeMutablePointer<sqlite3_file>) {
        guard let io = unsafe file.pointee.pMethods else { return nil }
        unsafe self.file = file
        unsafe self.io = io
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
        unsafe io.pointee.xRead(file, buffer.baseAddress, Int32(buffer.count), offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
        unsafe io.pointee.xWrite(file, bytes.baseAddress, Int32(bytes.count), offset)
    }

    /// The size in bytes; nil if it cannot be read.
    var byteCount: sqlite3_int64? {
        var size: sqlite3_int64 = 0
        return unsafe io.pointee.xFileSize(file, &size) == SQLITE_OK ? size : nil
    }

    /// Calls another method of the file.
    func call(
        _ body: (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32
    ) -> Int32 {
        unsafe body(io.pointee, file)
    }
}
