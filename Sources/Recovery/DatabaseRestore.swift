package import Ledger
import Payments
import SQLite
package import SQLiteFiles
import SQLiteStore
import SQLTables
import Store
import System

/// `restore` and `new-feed`: replaces a database that no daemon uses by a backup.
///
/// Everything is prepared in a copy beside the database, including the queries about open payments.
/// Then the files are renamed. At every moment a complete database is at the path, or none; without
/// one, `serve` refuses to start, because files that belong to the database exist.
package struct DatabaseRestore: Sendable {
    /// The steps of a restore, in their order.
    package enum Stage: Equatable, Sendable {
        case checking(DatabaseCheck.Stage)
        case copying(CopyProgress)
        case comparing
        case scheduling
        case renaming
    }

    /// The result of a restore.
    package struct Summary: Equatable, Sendable {
        package let backup: DatabaseCheck.Report

        /// The new feed id.
        package let feed: String

        /// The path of the replaced database; nil when there was none.
        package let setAside: String?

        /// How many open payments are to be queried.
        package let openCount: Int

        /// How many payments the replaced database has beyond the backup.
        package let rememberedCount: Int

        /// When the replaced database recorded something last, in milliseconds since the epoch.
        ///
        /// Nil when there was none or it could not be read: then nothing is known after the newest
        /// record of the backup.
        package let knownUntilMilliseconds: Int64?

        /// Why the replaced database could not be read.
        package let unreadable: String?
    }

    /// The start of the suffix of a database that is set aside; a time follows.
    package static let setAsideMark = StoreFiles.setAsideMark

    private let lock: DatabaseLock
    private let backup: String
    private let policy: LedgerPolicy
    private let asideSuffix: String
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - backup: the path of the backup.
    ///   - lock: the lock on the database, whose file may be missing.
    ///   - asideSuffix: the suffix of the names that the replaced files get.
    ///   - now: the present, in milliseconds since the epoch.
    package init(
        of backup: String,
        over lock: DatabaseLock,
        policy: LedgerPolicy,
        asideSuffix: String,
        now: @escaping @Sendable () -> Int64
    ) {
        self.backup = backup
        self.lock = lock
        self.policy = policy
        self.asideSuffix = asideSuffix
        self.now = now
    }

    private var path: String { lock.path }
    private var copy: String { StoreFiles(main: lock.path).restoring }

    /// The database that is replaced.
    private struct Before {
        /// The path at which it can be read now.
        let path: String

        /// The path that it has after the restore.
        let aside: String
    }

    /// Restores the backup. Until the files are renamed, no file of the database is changed.
    ///
    /// - Throws: then the copy is removed, unless a rename failed. In that case the restore is
    ///   repeated.
    package func run(
        onStage: (Stage) -> Void
    ) async throws(RecoveryFailure) -> Summary {
        if let identity = lock.identity, FileIdentity(at: backup) == identity {
            throw .isDatabase(path: backup)
        }
        let report = try DatabaseCheck.run(backup) { onStage(.checking($0)) }
        if !report.problems.isEmpty { throw .notSound(path: backup, problems: report.problems) }
        let before = try findBefore()
        removeCopy()
        let summary: Summary
        do throws(RecoveryFailure) {
            let feed = try makeCopy(onStage)
            onStage(.comparing)
            let remembered = remember(before, beyond: report.feed)
            onStage(.scheduling)
            let openCount = try await schedule(remembered.payments, from: before?.aside ?? "")
            try finishCopy(before)
            summary = Summary(
                backup: report,
                feed: feed,
                setAside: before?.aside,
                openCount: openCount,
                rememberedCount: remembered.payments.count,
                knownUntilMilliseconds: remembered.newestMilliseconds,
                unreadable: remembered.error.map { "\($0)" }
            )
        } catch {
            removeCopy()
            throw error
        }
        onStage(.renaming)
        // If this fails, the copy shows that the restore is incomplete.
        try DatabaseReplacement(
            path: path,
            copy: copy,
            aside: before?.aside ?? path + asideSuffix,
            asideSuffix: asideSuffix
        ).run()
        return summary
    }

    /// The database at the path, else the one that an interrupted restore set aside last.
    private func findBefore() throws(RecoveryFailure) -> Before? {
        if FileCreation.exists(path) { return Before(path: path, aside: path + asideSuffix) }
        guard let aside = StoreFiles(main: path).newestSetAside else { return nil }
        if FileCreation.exists(copy) {
            // The restore stopped between its renames: a WAL with its old name belongs to the other
            // file.
            try RecoveryFailure.about(path) { () throws(FileError) in
                for suffix in DatabaseReplacement.logSuffixes
                where FileCreation.exists(path + suffix) {
                    if FileCreation.exists(aside + suffix) { continue }
                    try FileMove.rename(path + suffix, to: aside + suffix)
                }
                try FileMove.synchronize(FilePath.directory(of: path))
            }
        }
        return Before(path: aside, aside: aside)
    }

    // MARK: The copy

    /// Copies the backup beside the database and gives it a new feed id, which is returned.
    private func makeCopy(
        _ onStage: (Stage) -> Void
    ) throws(RecoveryFailure) -> String {
        let directory = FilePath.directory(of: path)
        let needed = try RecoveryFailure.about(backup) { () throws(FileError) in
            Int64(try FilePath.byteCount(backup) ?? 0)
        }
        let free = try RecoveryFailure.about(directory) { () throws(FileError) in
            try FileSpace.freeBytes(at: directory)
        }
        if free < needed { throw .noRoom(path: directory, freeBytes: free, neededBytes: needed) }
        let source = try Self.database(backup) { () throws(SQLiteError) in
            let source = try DatabaseCopy.open(backup)
            try source.execute("BEGIN")
            return source
        }
        try DatabaseCopy.write(source, from: backup, to: copy) {
            (progress) throws(RecoveryFailure) in onStage(.copying(progress))
        }
        return try Self.database(copy) { () throws(SQLiteError) in try Self.renewFeed(copy).new }
    }

    /// Turns the copy into one durable file, with the owner and the mode of the replaced database.
    private func finishCopy(_ before: Before?) throws(RecoveryFailure) {
        try Self.database(copy) { () throws(SQLiteError) in try DatabaseCopy.leaveWAL(copy) }
        try RecoveryFailure.about(copy) { () throws(FileError) in
            var ownership: FileOwnership
            if let before {
                ownership = try FileOwnership(of: before.path)
            } else {
                // The directory belongs to the daemon's user.
                ownership = try FileOwnership(of: FilePath.directory(of: path))
                ownership.mode = 0o600
            }
            try ownership.apply(to: copy)
            try FileMove.synchronize(copy)
        }
        for suffix in Self.sideSuffixes + [".lock"] { try? FileCreation.remove(copy + suffix) }
    }

    /// Removes the copy and its side files; errors are ignored.
    private func removeCopy() {
        DatabaseCopy.remove(copy)
        for suffix in Self.sideSuffixes + [".lock"] { try? FileCreation.remove(copy + suffix) }
    }

    /// The side files of the copy, which are created again beside the restored database.
    private static let sideSuffixes = ["-lookup", "-refused"].flatMap { name in
        ["", "-wal", "-shm", "-journal"].map { name + $0 }
    }

    /// Runs `body` and throws its error with the path.
    static func database<Value>(
        _ path: String,
        _ body: () throws(SQLiteError) -> Value
    ) throws(RecoveryFailure) -> Value {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw .database(path: path, StoreError(error))
        }
    }
}

// MARK: - What is owed

extension DatabaseRestore {
    /// What the replaced database has beyond the backup.
    private struct Remembered {
        var payments: [SetAsidePayment] = []
        var newestMilliseconds: Int64?

        /// Why not all of it could be read.
        var error: StoreError?
    }

    /// Compares the present database with the copy, and copies the offsets of its consumers.
    ///
    /// An error ends the comparison only: a restore must work although the present database is
    /// damaged.
    private func remember(_ before: Before?, beyond feed: String) -> Remembered {
        var remembered = Remembered()
        guard let before else { return remembered }
        do throws(StoreError) {
            let (present, restored) = try StoreError.mapped { () throws(SQLiteError) in
                let present = try DatabaseCopy.open(before.path)
                return (present, try Connection(path: copy, mode: .readWrite))
            }
            let database = SQLiteDatabase(present)
            try database.snapshot { () throws(StoreError) in
                let newest = try StoreError.mapped { () throws(SQLiteError) in
                    try DatabaseSchema.checkIsMade(present)
                    return try MainDatabase.newestTime(present)
                }
                try Self.copyConsumers(from: database, to: restored)
                let backup = SQLiteDatabase(restored)
                try SetAsidePayments(in: database, beyond: backup, feed: feed).forEach {
                    remembered.payments.append(SetAsidePayment($0))
                }
                remembered.newestMilliseconds = newest
            }
        } catch {
            remembered.error = error
        }
        return remembered
    }

    /// Copies the offsets of consumers, each with the feed id that it belongs to. A consumer that
    /// was added after the backup is therefore also told that the feed has changed.
    private static func copyConsumers(
        from present: SQLiteDatabase,
        to restored: Connection
    ) throws(StoreError) {
        let table = try ConsumerTable(SQLiteDatabase(restored))
        let all = try ConsumerTable(present).consumers(after: "", limit: Store.consumersMax)
        try StoreError.mapped { () throws(SQLiteError) in try restored.execute("BEGIN IMMEDIATE") }
        for consumer in all { try table.put(consumer) }
        try StoreError.mapped { () throws(SQLiteError) in try restored.execute("COMMIT") }
    }

    /// Schedules queries about open payments, and about what the replaced database has beyond the
    /// backup; the daemon sends them after its start.
    ///
    /// - Parameter aside: the path that the replaced database has after the restore.
    /// - Returns: how many payments are open.
    private func schedule(
        _ remembered: [SetAsidePayment],
        from aside: String
    ) async throws(RecoveryFailure) -> Int {
        let copyLock: DatabaseLock
        do throws(DatabaseLock.Refusal) {
            copyLock = try DatabaseLock.acquire(copy, whenAbsent: .refused)
        } catch {
            throw .database(
                path: copy,
                StoreError(.failed, error.description, context: "lock the copy")
            )
        }
        do throws(StoreError) {
            let store = try Store(
                database: copyLock,
                policy: policy,
                rejectedKept: 0,
                // No client follows the feed meanwhile.
                render: { _, _ in },
                now: now
            )
            let count: Int
            do throws(StoreError) {
                try await store.prepare()
                count = try await store.scheduleQueries()
                try await store.recover(remembered, from: aside)
            } catch {
                await store.close()
                throw error
            }
            await store.close()
            return count
        } catch {
            copyLock.release()
            throw .database(path: copy, error)
        }
    }
}

extension Store {
    /// Schedules queries, due now, about open payments and payments with waiting callbacks.
    ///
    /// - Returns: how many were scheduled; 0 when no query can be sent.
    fileprivate func scheduleQueries() async throws(StoreError) -> Int {
        var count = 0
        var after: Payment.ID = 0
        while true {
            let ids = try await reader.openPayments(after: after, limit: Self.pageMax)
            guard let last = ids.last else { return count }
            var scope = LedgerScope()
            scope.paymentIDs = ids
            count += try await commit(scope) { (ledger, _) throws(StoreError) in
                ledger.scheduleQueryNow(ids)
            }
            after = last
        }
    }

    /// Schedules queries and opens entries about payments that the database at `place` has beyond
    /// this one.
    fileprivate func recover(
        _ remembered: [SetAsidePayment],
        from place: String
    ) async throws(StoreError) {
        var rest = remembered[...]
        while !rest.isEmpty {
            let page = Array(rest.prefix(Self.pageMax))
            rest = rest.dropFirst(page.count)
            var scope = LedgerScope()
            scope.references = page.flatMap(\.references)
            try await commit(scope) { (ledger, _) throws(StoreError) in
                for payment in page { ledger.recover(payment, from: place) }
            }
        }
    }
}
