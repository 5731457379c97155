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

    /// Whether another connection holds a lock that this call needed.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String { "SQLite error \(code) (\(message)) in: \(context)" }
}
