import CSQLite

extension Connection {
    /// Copies this whole database over the one of `destination`, page by page.
    ///
    /// Run it inside a snapshot of this connection. Without one, sqlite3_backup_step opens a read
    /// transaction for each step, and restarts the copy whenever another connection has committed
    /// in between. Wraps `sqlite3_backup_init`, `_step` and `_finish`.
    ///
    /// - Parameter onStep: called after each step; returning false ends the copy.
    /// - Returns: whether the copy is complete.
    package func copy(
        to destination: Connection,
        pagesPerStep: Int32,
        onStep: (_ pagesDone: Int, _ pagesTotal: Int) -> Bool
    ) throws(SQLiteError) -> Bool {
        let context = "backup"
        // Pages are copied as they are.
        destination.hasChecksums = hasChecksums
        let started = unsafe sqlite3_backup_init(destination.handle, "main", handle, "main")
        guard let backup = unsafe started else {
            throw destination.error(unsafe sqlite3_errcode(destination.handle), in: context)
        }
        var code = SQLITE_OK
        var isWanted = true
        while code == SQLITE_OK, isWanted {
            code = unsafe sqlite3_backup_step(backup, pagesPerStep)
            let total = Int(unsafe sqlite3_backup_pagecount(backup))
            let rest = Int(unsafe sqlite3_backup_remaining(backup))
            isWanted = onStep(total - rest, total)
        }
        // Returns the error of the last step, if there was one, and sets the message.
        let end = unsafe sqlite3_backup_finish(backup)
        if code == SQLITE_DONE && end == SQLITE_OK { return true }
        if code == SQLITE_OK || code == SQLITE_DONE { code = end }
        if code == SQLITE_OK { return false }
        throw destination.error(code, in: context)
    }
}
