package import Ledger
import Payments
import SQLite
package import SQLiteFiles
import SQLiteStore
import Store
import System

/// `restore` and `new-feed`: puts a backup in the place of a database that no daemon uses.
///
/// Everything is prepared in a copy beside the database, down to the gateway queries that are owed.
/// Then the files change names. At every moment in between there is a complete database at the
/// path, or none, which `serve` refuses while files that belong to it are there.
package struct DatabaseRestore: Sendable {
    /// What a restore works on, in this order.
    package enum Stage: Equatable, Sendable {
        case checking(DatabaseCheck.Stage)
        case copying(CopyProgress)
        case comparing
        case scheduling
        case renaming
    }

    /// What was restored.
    package struct Summary: Equatable, Sendable {
        package let backup: DatabaseCheck.Report

        /// The new feed id.
        package let feed: String

        /// Where the database before is; nil when there was none.
        package let setAside: String?

        /// How many open payments the gateway is queried about.
        package let openCount: Int

        /// How many payments the database before holds beyond the backup.
        package let rememberedCount: Int

        /// When the database before recorded something last, in milliseconds since the epoch; nil
        /// when there was none or it could not be read: nothing is known then from the newest
        /// record of the backup on.
        package let knownUntilMilliseconds: Int64?

        /// Why the database before could not be read.
        package let unreadable: String?
    }

    /// What the suffix of a database that is set aside begins with; a time follows.
    package static let setAsideMark = StoreFiles.setAsideMark

    private let lock: DatabaseLock
    private let backup: String
    private let policy: LedgerPolicy
    private let asideSuffix: String
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - backup: the path of the backup.
    ///   - lock: held on the database; its file may be absent.
    ///   - asideSuffix: what the names of the files before end with.
    ///   - now: milliseconds since the epoch.
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

    /// The database before.
    private struct Before {
        /// Where it can be read.
        let path: String

        /// Where it is in the end.
        let aside: String
    }

    /// Restores the backup. Until the files change names, nothing of the database is changed.
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
        // Should it fail, the copy shows that the restore is not finished.
        try replace(before)
        return summary
    }

    /// The database at the path; where there is none, the one that was set aside last, by a restore
    /// that was not finished.
    private func findBefore() throws(RecoveryFailure) -> Before? {
        if FileCreation.exists(path) { return Before(path: path, aside: path + asideSuffix) }
        guard let aside = StoreFiles(main: path).newestSetAside else { return nil }
        if FileCreation.exists(copy) {
            // Between its renames: a WAL that has its old name only belongs to the other file.
            try RecoveryFailure.about(path) { () throws(FileError) in
                for suffix in Self.logSuffixes where FileCreation.exists(path + suffix) {
                    if FileCreation.exists(aside + suffix) { continue }
                    try FileMove.rename(path + suffix, to: aside + suffix)
                }
                try FileMove.synchronize(FilePath.directory(of: path))
            }
        }
        return Before(path: aside, aside: aside)
    }

    // MARK: The copy

    /// Returns the new feed id.
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

    /// Makes one file of the copy again, with the owner and the mode of the database before.
    private func finishCopy(_ before: Before?) throws(RecoveryFailure) {
        try Self.database(copy) { () throws(SQLiteError) in try DatabaseCopy.leaveWAL(copy) }
        try RecoveryFailure.about(copy) { () throws(FileError) in
            var ownership: FileOwnership
            if let before {
                ownership = try FileOwnership(of: before.path)
            } else {
                // The daemon's user owns the directory.
                ownership = try FileOwnership(of: FilePath.directory(of: path))
                ownership.mode = 0o600
            }
            try ownership.apply(to: copy)
            try FileMove.synchronize(copy)
        }
        for suffix in Self.sideSuffixes + [".lock"] { try? FileCreation.remove(copy + suffix) }
    }

    private func removeCopy() {
        DatabaseCopy.remove(copy)
        for suffix in Self.sideSuffixes + [".lock"] { try? FileCreation.remove(copy + suffix) }
    }

    /// The side files that are made again.
    private static let sideSuffixes = ["-lookup", "-refused"].flatMap { name in
        ["", "-wal", "-shm", "-journal"].map { name + $0 }
    }

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
    /// What the database before holds beyond the backup.
    private struct Remembered {
        var payments: [RememberedPayment] = []
        var newestMilliseconds: Int64?

        /// Why not all of it could be read.
        var error: StoreError?
    }

    private func remember(_ before: Before?, beyond feed: String) -> Remembered {
        var remembered = Remembered()
        guard let before else { return remembered }
        do throws(SQLiteError) {
            let present = try DatabaseCopy.open(before.path)
            let restored = try Connection(path: copy, mode: .readWrite)
            try present.snapshot { () throws(SQLiteError) in
                guard try !DatabaseSchema.isEmpty(present) else {
                    throw SQLiteError(code: 26, message: "the database is empty", context: "open")
                }
                let newest = try MainDatabase.newestTime(present)
                try Self.copyConsumers(from: present, to: restored)
                try RememberedPayments(in: present, beyond: restored, feed: feed).forEach {
                    remembered.payments.append(RememberedPayment($0))
                }
                remembered.newestMilliseconds = newest
            }
        } catch {
            remembered.error = StoreError(error)
        }
        return remembered
    }

    /// Keeps what consumers claim, each with the feed id that it is about: one that registered
    /// after the backup is told, too, that the feed has changed.
    private static func copyConsumers(
        from present: Connection,
        to restored: Connection
    ) throws(SQLiteError) {
        let table = try ConsumerTable(restored)
        let all = try ConsumerTable(present).consumers(after: "", limit: Store.consumersMax)
        try restored.transaction { () throws(SQLiteError) in
            for consumer in all { try table.put(consumer) }
        }
    }

    /// Has the gateway queried, when the daemon starts, about what is open and what is remembered.
    ///
    /// - Parameter aside: where the database before is in the end.
    /// - Returns: how many payments are open.
    private func schedule(
        _ remembered: [RememberedPayment],
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
                // Nothing follows the feed meanwhile.
                render: { _, _ in },
                now: now
            )
            let count: Int
            do throws(StoreError) {
                try await store.prepare()
                count = try await store.askAboutOpenPayments()
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
    /// Has the gateway queried now about all open payments and held callbacks.
    ///
    /// - Returns: how many there are; 0 where no query can be sent.
    fileprivate func askAboutOpenPayments() async throws(StoreError) -> Int {
        var count = 0
        var after: Payment.ID = 0
        while true {
            let ids = try await reader.openPayments(after: after, limit: Self.pageMax)
            guard let last = ids.last else { return count }
            var scope = LedgerScope()
            scope.paymentIDs = ids
            count += try await commit(scope) { (ledger, _) throws(StoreError) in
                ledger.askNow(ids)
            }
            after = last
        }
    }

    /// Follows up what the database at `place` holds beyond this one.
    fileprivate func recover(
        _ remembered: [RememberedPayment],
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

// MARK: - Names

extension DatabaseRestore {
    /// What holds the newest commits of a database beside its main file.
    private static let logSuffixes = ["-wal", "-journal"]

    /// Sets the database before aside and gives the copy its name.
    ///
    /// The old main file goes first: at the path it would be opened without its WAL, and the copy
    /// with a foreign one. The index goes last: as long as there is no main file, it keeps `serve`
    /// from making an empty one.
    private func replace(_ before: Before?) throws(RecoveryFailure) {
        let directory = FilePath.directory(of: path)
        let aside = before?.aside ?? path + asideSuffix
        try RecoveryFailure.about(path) { () throws(FileError) in
            if FileCreation.exists(path) {
                for suffix in Self.logSuffixes where FileCreation.exists(path + suffix) {
                    // Not every file system has second names; then the file follows below.
                    try? FileMove.link(path + suffix, as: aside + suffix)
                }
                try FileMove.synchronize(directory)
                try FileMove.rename(path, to: aside)
                try FileMove.synchronize(directory)
            }
            for suffix in Self.logSuffixes where FileCreation.exists(path + suffix) {
                try moveLog(suffix, to: aside)
            }
            for name in [path, aside] { try FileCreation.remove(name + "-shm") }
            try FileMove.synchronize(directory)
            try FileMove.rename(copy, to: path)
            for suffix in ["-lookup", "-lookup-wal", "-lookup-shm"] {
                try FileCreation.remove(path + suffix)
            }
            try FileMove.synchronize(directory)
        }
    }

    /// Takes a WAL or journal away from the path, unless that is only its second name.
    private func moveLog(_ suffix: String, to aside: String) throws(FileError) {
        if !FileCreation.exists(aside + suffix) {
            try FileMove.rename(path + suffix, to: aside + suffix)
        } else if FileIdentity(at: path + suffix) == FileIdentity(at: aside + suffix) {
            try FileCreation.remove(path + suffix)
        } else {
            // Nobody knows whose it is.
            try FileMove.rename(path + suffix, to: path + asideSuffix + suffix)
        }
    }
}
