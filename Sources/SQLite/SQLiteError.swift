import CSQLite

/// What SQLite refused, and during which call.
///
/// Carries SQLite's own words and never a bound value: those are payments.
package struct SQLiteError: Error, Equatable, Sendable {
    /// The extended result code, such as 2067 for `SQLITE_CONSTRAINT_UNIQUE`.
    package let code: Int32

    /// SQLite's message for the failed call.
    package let message: String

    /// The statement or the call that failed.
    package let context: String

    package init(code: Int32, message: String, context: String) {
        self.code = code
        self.message = message
        self.context = context
    }

    /// The primary result code: the low byte of ``code``.
    package var primaryCode: Int32 { code & 0xFF }

    /// Whether what was to be written breaks a rule of the schema, or SQLite's own limits of size
    /// and type: no fault of the disk.
    package var isInvalidInput: Bool {
        [SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH].contains(primaryCode)
    }

    /// Whether the file is damaged, cannot be read for a fault of the disk, or is no database.
    package var isDamage: Bool {
        switch primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB: true
        // Extended codes, which Swift does not import: SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ
        // and SQLITE_IOERR_CORRUPTFS.
        case SQLITE_IOERR: [266, 522, 8_458].contains(code)
        default: false
        }
    }

    /// Whether the file cannot be opened, or not for writing.
    package var isRefusedAccess: Bool {
        [SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY].contains(primaryCode)
    }

    /// Whether another connection holds a lock that this call needed.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String { "SQLite error \(code) (\(message)) in: \(context)" }
}
