import CSQLite

/// One open file of a ``LayeredVFS``; passes all calls to the file below.
///
/// SQLite owns the memory of a file. It contains, in this order, the pointer to the file's methods,
/// a reference to this object, and the file of the VFS below.
class LayeredFile {
    static let lowerOffset = 16
    private static let referenceOffset = 8

    let lower: LowerFile

    init(over lower: LowerFile) { self.lower = lower }

    // MARK: What a subclass changes

    /// `xRead`.
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
        let code = flush()
        return code == SQLITE_OK ? unsafe lower.read(buffer, at: offset) : code
    }

    /// `xWrite`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: sqlite3_int64) -> Int32 {
        unsafe lower.write(bytes, at: offset)
    }

    /// `xFileControl`.
    func control(_ operation: Int32, _ argument: UnsafeMutableRawPointer?) -> Int32 {
        unsafe lower.call { unsafe $0.xFileControl($1, operation, argument) }
    }

    /// Writes what is not yet in the file below.
    func flush() -> Int32 { SQLITE_OK }

    // MARK: The memory of a file

    static func lowerFile(
        of file: UnsafeMutablePointer<sqlite3_file>
    ) -> UnsafeMutablePointer<sqlite3_file> {
        unsafe (UnsafeMutableRawPointer(file) + lowerOffset)
            .assumingMemoryBound(to: sqlite3_file.self)
    }

    /// Makes this the object of an open file.
    func attach(to file: UnsafeMutablePointer<sqlite3_file>) {
        let place = unsafe UnsafeMutableRawPointer(file) + Self.referenceOffset
        unsafe place.storeBytes(
            of: Unmanaged.passRetained(self).toOpaque(),
            as: UnsafeMutableRawPointer.self
        )
        unsafe file.pointee.pMethods = UnsafePointer(Self.methods)
    }

    private static func unretained(
        _ file: UnsafeMutablePointer<sqlite3_file>
    ) -> LayeredFile {
        unsafe reference(in: file).takeUnretainedValue()
    }

    private static func reference(
        in file: UnsafeMutablePointer<sqlite3_file>
    ) -> Unmanaged<LayeredFile> {
        let place = unsafe UnsafeMutableRawPointer(file) + referenceOffset
        return unsafe .fromOpaque(place.load(as: UnsafeMutableRawPointer.self))
    }

    /// The object of an open file; nil if another VFS has opened it.
    static func object(of file: UnsafeMutablePointer<sqlite3_file>) -> LayeredFile? {
        guard unsafe file.pointee.pMethods == UnsafePointer(methods) else { return nil }
        return unsafe reference(in: file).takeUnretainedValue()
    }

    // MARK: The methods of a file

    private typealias Call = (sqlite3_io_methods, UnsafeMutablePointer<sqlite3_file>) -> Int32

    /// Calls a method of the file below.
    private static func pass(_ file: UnsafeMutablePointer<sqlite3_file>?, _ call: Call) -> Int32 {
        guard let file = unsafe file else { return SQLITE_MISUSE }
        return unsafe reference(in: file).takeUnretainedValue().lower.call(call)
    }

    /// Flushes, then calls a method of the file below.
    private static func flush(_ file: UnsafeMutablePointer<sqlite3_file>?, _ call: Call) -> Int32 {
        guard let file = unsafe file else { return SQLITE_MISUSE }
        let object = unsafe reference(in: file).takeUnretainedValue()
        let code = object.flush()
        return code == SQLITE_OK ? unsafe object.lower.call(call) : code
    }

    /// Version 2: without the methods that map a database file into memory.
    private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        var methods = sqlite3_io_methods()
        methods.iVersion = 2
        setContentMethods(&methods)
        setLockMethods(&methods)
        let pointer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe pointer.initialize(to: methods)
        return unsafe pointer
    }()

    private static func setContentMethods(_ methods: inout sqlite3_io_methods) {
        unsafe methods.xClose = { file in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            let object = unsafe LayeredFile.reference(in: file).takeRetainedValue()
            let code = object.flush()
            let closed = unsafe object.lower.call { unsafe $0.xClose($1) }
            return code == SQLITE_OK ? closed : code
        }
        unsafe methods.xRead = { file, buffer, count, offset in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
            return unsafe LayeredFile.unretained(file).read(
                buffer,
                at: offset
            )
        }
        unsafe methods.xWrite = { file, bytes, count, offset in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            return unsafe LayeredFile.unretained(file).write(
                bytes,
                at: offset
            )
        }
        unsafe methods.xTruncate = { file, size in
            unsafe LayeredFile.flush(file) { unsafe $0.xTruncate($1, size) }
        }
        unsafe methods.xSync = { file, flags in
            unsafe LayeredFile.flush(file) { unsafe $0.xSync($1, flags) }
        }
        unsafe methods.xFileSize = { file, size in
            unsafe LayeredFile.flush(file) { unsafe $0.xFileSize($1, size) }
        }
        unsafe methods.xFileControl = { file, operation, argument in
            guard let file = unsafe file else { return SQLITE_MISUSE }
            let object = unsafe LayeredFile.unretained(file)
            return unsafe object.control(operation, argument)
        }
        unsafe methods.xSectorSize = { file in
            unsafe LayeredFile.pass(file) { unsafe $0.xSectorSize($1) }
        }
        unsafe methods.xDeviceCharacteristics = { file in
            unsafe LayeredFile.pass(file) { unsafe $0.xDeviceCharacteristics($1) }
        }
    }

    private static func setLockMethods(_ methods: inout sqlite3_io_methods) {
        unsafe methods.xLock = { file, level in
            unsafe LayeredFile.pass(file) { unsafe $0.xLock($1, level) }
        }
        unsafe methods.xUnlock = { file, level in
            unsafe LayeredFile.pass(file) { unsafe $0.xUnlock($1, level) }
        }
        unsafe methods.xCheckReservedLock = { file, result in
            unsafe LayeredFile.pass(file) { unsafe $0.xCheckReservedLock($1, result) }
        }
        unsafe methods.xShmMap = { file, region, size, isExtended, memory in
            unsafe LayeredFile.pass(file) {
                unsafe $0.xShmMap($1, region, size, isExtended, memory)
            }
        }
        unsafe methods.xShmLock = { file, offset, count, flags in
            unsafe LayeredFile.pass(file) { unsafe $0.xShmLock($1, offset, count, flags) }
        }
        unsafe methods.xShmBarrier = { file in
            _ = unsafe LayeredFile.pass(file) {
                unsafe $0.xShmBarrier($1)
                return SQLITE_OK
            }
        }
        unsafe methods.xShmUnmap = { file, isRemoved in
            unsafe LayeredFile.pass(file) { unsafe $0.xShmUnmap($1, isRemoved) }
        }
    }
}
