import CSQLite

/// An error of SQLite, with the call that failed.
///
/// Contains SQLite's message, and never a bound value, because values are payments.
package struct SQLiteError: Error, Equatable, Sendable {
    /// The extended result code, such as 2067 for `SQLITE_CONSTRAINT_UNIQUE`.
    package let code: Int32

    /// SQLite's message for the failed call.
    package let message: String

    /// The statement or the call that failed.
    package let context: String

    /// The `errno` of the system call that failed; 0 unless the primary code is `SQLITE_IOERR` or
    /// `SQLITE_CANTOPEN`.
    package let systemCode: Int32

    package init(code: Int32, message: String, context: String, systemCode: Int32 = 0) {
        self.code = code
        self.message = message
        self.context = context
        self.systemCode = systemCode
    }

    /// The primary result code: the low byte of ``code``.
    package var primaryCode: Int32 { code & 0xFF }

    /// Whether the values violate a constraint of the schema, or SQLite's limits of size and type.
    package var isInvalidInput: Bool {
        [SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH].contains(primaryCode)
    }

    /// Whether the file is damaged, unreadable because of a disk error, or not a database.
    package var isDamage: Bool {
        switch primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB: true
        // Extended codes, which Swift does not import: SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ,
        // SQLITE_IOERR_DATA (see PageCheckVFS) and SQLITE_IOERR_CORRUPTFS.
        case SQLITE_IOERR: [266, 522, PageCheckVFS.damaged, 8_458].contains(code)
        default: false
        }
    }

    /// Whether the file cannot be opened, or cannot be written.
    package var isRefusedAccess: Bool {
        [SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY].contains(primaryCode)
    }

    /// Whether another connection holds a lock that this call needed, or seems to: SQLite counts a
    /// lock as held when it could not be released. `SQLITE_PROTOCOL` is the same for a lock of the
    /// WAL's shared memory, after about 10 s.
    package var isBusy: Bool {
        [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL].contains(primaryCode)
    }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String { "SQLite error \(code) (\(message)) in: \(context)" }
}
