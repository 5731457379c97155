import CSQLite

/// Memory for the texts and blobs bound to one statement while it runs.
///
/// SQLite reads them there (`SQLITE_STATIC`) instead of allocating a copy of each. The statement
/// binds every parameter again before each run, so stale pointers are never read.
@safe final class ValueBuffer {
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int

    /// Bytes of all values of this run; more than ``capacity`` if some did not fit.
    private var used = 0

    /// Initial capacity, enough for a row of references and times; a callback's body makes it grow
    /// once.
    private static let initialBytes = 256

    /// Maximum capacity; SQLite copies values beyond it.
    private static let bytesMax = 65_536

    init() {
        capacity = Self.initialBytes
        unsafe memory = .allocate(byteCount: capacity, alignment: 1)
    }

    deinit { unsafe memory.deallocate() }

    /// Whether SQLite has made copies of some values.
    var hasOverflowed: Bool { used > capacity }

    /// Drops the values of the previous run, and grows to the capacity that they needed.
    func removeAll() {
        let wanted = min(used, Self.bytesMax)
        used = 0
        if wanted <= capacity { return }
        unsafe memory.deallocate()
        capacity = wanted
        unsafe memory = .allocate(byteCount: capacity, alignment: 1)
    }

    /// Copies a value; returns the pointer and the destructor to bind it with (nil =
    /// `SQLITE_STATIC`).
    ///
    /// The pointer is never null, because that would bind NULL instead of an empty value.
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
