package import SQLTables
package import Store

/// What one reading connection reads from; belongs to that connection.
package struct ReaderDatabase {
    package let main: any SQLDatabase
    package let payments: any PaymentSearch
    package let refused: any RefusedRequestFile

    package init(
        main: any SQLDatabase,
        payments: any PaymentSearch,
        refused: any RefusedRequestFile
    ) {
        self.main = main
        self.payments = payments
        self.refused = refused
    }
}

/// Opens the databases that reading connections use.
package struct ReaderSource: Sendable {
    /// Opens the main database for reading; side files open when they are first used. Called on the
    /// thread of a reading connection.
    package let open: @Sendable () throws(StoreError) -> ReaderDatabase

    /// What follows from the error of a read.
    package enum Consequence: Sendable {
        case none

        /// The connection must be opened again.
        case reopening

        /// The same, and a read on a connection that was open before is tried again: it may have
        /// broken while nothing was read.
        case repetition
    }

    /// Called with the error of a read, on the thread of its connection.
    package let failed: @Sendable (StoreError) -> Consequence

    /// Writes the rejected requests that wait, so that a list has them.
    package let writeRefused: @Sendable () async -> Void

    package init(
        open: @escaping @Sendable () throws(StoreError) -> ReaderDatabase,
        failed: @escaping @Sendable (StoreError) -> Consequence,
        writeRefused: @escaping @Sendable () async -> Void
    ) {
        self.open = open
        self.failed = failed
        self.writeRefused = writeRefused
    }
}
