import Payments
import Queues
import SQLite
import Synchronization

/// Something to be done in the next commit, with who waits for it.
enum Submission: Sendable {
    case delivery(Delivery, @Sendable (Result<Judgement, SQLiteError>) -> Void)
    case work(WriterWork)
}

/// Anything but a delivery that is done inside a commit.
struct WriterWork: Sendable {
    /// Writes, and returns what is to be done once that is on disk.
    let perform: @Sendable (Bookkeeper, StorePolicy) throws(SQLiteError) -> @Sendable () -> Void

    /// Called instead when nothing of it was kept.
    let fail: @Sendable (SQLiteError) -> Void
}

/// The one writer of the main database.
///
/// Whatever waited during a commit goes into the next one together. Nobody is answered before the
/// commit of his delivery is on disk. After a failed commit nothing in memory is trusted: the
/// database is reopened, and everything is read from it again, before the next commit is tried.
actor Writer {
    private let executor: QueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let files: StoreFiles
    private let feed: String
    private let index: ReferenceIndex
    private let indexer: Indexer
    private let callbackIDs: CallbackIDs
    private let signal: FeedSignal
    private let policy: Mutex<StorePolicy>
    private let health: StoreHealth
    private let now: @Sendable () -> Int64
    private let onQuestion: @Sendable () -> Void
    private var connection: Connection?
    private var bookkeeper: Bookkeeper?

    /// Deliveries in one commit at most: bounds the time the first of them waits for the last.
    private static let batchMax = 512

    init(
        executor: QueueExecutor,
        opened: OpenedStore,
        signal: FeedSignal,
        policy: StorePolicy,
        health: StoreHealth,
        now: @escaping @Sendable () -> Int64,
        onQuestion: @escaping @Sendable () -> Void
    ) {
        self.executor = executor
        files = opened.files
        feed = opened.feed
        index = opened.index
        indexer = opened.indexer
        callbackIDs = opened.callbackIDs
        self.signal = signal
        self.policy = Mutex(policy)
        self.health = health
        self.now = now
        self.onQuestion = onQuestion
    }

    /// Judges what comes from now on under `policy`.
    nonisolated func setPolicy(_ policy: StorePolicy) { self.policy.withLock { $0 = policy } }

    /// Opens the database for writing, so that the first delivery does not have to.
    func open() throws(SQLiteError) { _ = try opened() }

    /// Commits what waited, in groups, and answers it.
    func receive(_ submissions: [Submission]) {
        var rest = submissions[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batchMax)
            rest = rest.dropFirst(batch.count)
            settle(batch)
        }
    }

    private func settle(_ batch: ArraySlice<Submission>) {
        do throws(SQLiteError) {
            let results = try commit(batch)
            health.note(nil)
            health.count(batch.count, isFailed: false)
            for result in results {
                switch result {
                case .judged(let judgement, let completion): completion(.success(judgement))
                case .worked(let complete): complete()
                }
            }
        } catch {
            close()
            if batch.count > 1, error.isConstraint {
                // Not the disk, but one of them: the others shall not suffer for it.
                for index in batch.indices { settle(batch[index...index]) }
                return
            }
            health.note(error)
            health.count(batch.count, isFailed: true)
            for submission in batch {
                switch submission {
                case .delivery(_, let completion): completion(.failure(error))
                case .work(let work): work.fail(error)
                }
            }
        }
    }

    /// What a submission came to, to be told once that is on disk.
    private enum Done {
        case judged(Judgement, @Sendable (Result<Judgement, SQLiteError>) -> Void)
        case worked(@Sendable () -> Void)
    }

    private func commit(_ batch: ArraySlice<Submission>) throws(SQLiteError) -> [Done] {
        let (connection, bookkeeper) = try opened()
        let policy = policy.withLock { $0 }
        let results = try connection.transaction { () throws(SQLiteError) in
            try bookkeeper.processing { () throws(SQLiteError) in
                var results: [Done] = []
                results.reserveCapacity(batch.count)
                for submission in batch {
                    switch submission {
                    case .delivery(let delivery, let completion):
                        let judgement = try bookkeeper.process(delivery, policy: policy)
                        results.append(.judged(judgement, completion))
                    case .work(let work):
                        results.append(.worked(try work.perform(bookkeeper, policy)))
                    }
                }
                return results
            }
        }
        publish(bookkeeper)
        return results
    }

    private func publish(_ bookkeeper: Bookkeeper) {
        let (references, hasNewQuestions) = bookkeeper.takeChanges()
        if !references.isEmpty { signal.publish(head: bookkeeper.head, references: references) }
        if hasNewQuestions { onQuestion() }
        if index.isFlushDue {
            index.prepareFlush(through: bookkeeper.watermark)
            indexer.wake()
        }
    }

    /// Does nothing, in turn.
    func ping() {}

    /// Commits a mark, to show that the disk can be written.
    func probe() throws(SQLiteError) {
        do throws(SQLiteError) {
            let (connection, _) = try opened()
            try connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('probe', \(now()))"
            )
            health.note(nil)
        } catch {
            close()
            health.note(error)
            throw error
        }
    }

    /// Closes the database. The next delivery would open it again.
    func close() {
        bookkeeper = nil
        connection = nil
    }

    private func opened() throws(SQLiteError) -> (Connection, Bookkeeper) {
        if let connection, let bookkeeper { return (connection, bookkeeper) }
        let connection = try MainDatabase.reopen(files.main, feed: feed)
        let newest = try MainDatabase.newest(connection)
        let lookups = try LookupFile(path: files.lookup, feed: feed, newest: newest)
        try index.rebuild(from: connection, file: lookups)
        let bookkeeper = try Bookkeeper(
            connection,
            index: index,
            lookups: lookups,
            callbackIDs: callbackIDs,
            nowMilliseconds: now()
        )
        self.connection = connection
        self.bookkeeper = bookkeeper
        return (connection, bookkeeper)
    }
}
