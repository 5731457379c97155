import CSQLite

/// The memory in which a statement's bound texts and blobs lie while it runs.
///
/// SQLite reads them there (`SQLITE_STATIC`) in place of a copy of its own for each. It belongs to
/// one statement, which binds every parameter again before it runs again: what was bound before is
/// never read.
@safe final class ValueBuffer {
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int

    /// Bytes that the values of this run take; more than ``capacity`` when some did not fit.
    private var used = 0

    /// Enough for a row of references and times; the bytes of a callback make it grow once.
    private static let initialBytes = 256

    /// What exceeds it is copied by SQLite.
    private static let bytesMax = 65_536

    init() {
        capacity = Self.initialBytes
        unsafe memory = .allocate(byteCount: capacity, alignment: 1)
    }

    deinit { unsafe memory.deallocate() }

    /// Whether SQLite has copies of its own of some values.
    var hasOverflowed: Bool { used > capacity }

    /// Forgets the values of the run before, and grows to what they took.
    func removeAll() {
        let wanted = min(used, Self.bytesMax)
        used = 0
        if wanted <= capacity { return }
        unsafe memory.deallocate()
        capacity = wanted
        unsafe memory = .allocate(byteCount: capacity, alignment: 1)
    }

    /// Copies a value; returns where it is to be bound, and how: nil is `SQLITE_STATIC`.
    ///
    /// The pointer is never null, which would bind NULL in place of an empty value.
    func copy(_ bytes: UnsafeRawBufferPointer) -> (UnsafeRawPointer, sqlite3_destructor_type?) {
        guard unsafe !bytes.isEmpty, let source = bytes.baseAddress else {
            return unsafe (UnsafeRawPointer(memory), nil)
        }
        let start = used
        used += bytes.count
        guard used <= capacity else { return unsafe (source, transient) }
        let place = unsafe memory + start
        unsafe place.copyMemory(from: source, byteCount: bytes.count)
        return (UnsafeRawPointer(place), nil)
    }
}

/// `SQLITE_TRANSIENT`, a macro that Swift does not import: SQLite makes its own copy.
private var transient: sqlite3_destructor_type? {
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type?.self)
}
