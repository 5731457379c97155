import Payments
import Queues
package import SQLite
import Synchronization

/// What the merchant's other programs rely on: callbacks, transactions and the feed, on disk.
///
/// One writer commits in groups; readers read what was committed. See ``Schema`` for the tables.
package final class Store: Sendable {
    /// What the store tells its owner; called from its own threads.
    package struct Hooks: Sendable {
        /// Commits began to fail (the first error), or work again (nil).
        package var commitsFailed: @Sendable (SQLiteError?) -> Void
        /// Something beside the promise failed: the index or the keep of refusals.
        package var sideFileFailed: @Sendable (SQLiteError) -> Void

        package init(
            commitsFailed: @escaping @Sendable (SQLiteError?) -> Void = { _ in },
            sideFileFailed: @escaping @Sendable (SQLiteError) -> Void = { _ in }
        ) {
            self.commitsFailed = commitsFailed
            self.sideFileFailed = sideFileFailed
        }
    }

    /// The feed id: made with the database.
    package let feed: String

    /// Wakes those who wait for commits.
    package let signal: FeedSignal

    private let writer: Writer
    let refusals: RefusalKeep
    private let mailbox: Mailbox<Submission>
    private let readers: [Reader]
    private let nextReader = Atomic<Int>(0)
    private let health: StoreHealth
    let now: @Sendable () -> Int64

    /// Yields when there is something new to ask the gateway, or to ask earlier. For one reader.
    package let questions: AsyncStream<Void>

    /// Opens the database at `path`, making and migrating it as needed.
    ///
    /// - Parameters:
    ///   - rejectedKept: plausible refusals kept; a tenth of it is kept of the others.
    ///   - now: milliseconds since the epoch.
    package init(
        path: String,
        policy: StorePolicy,
        rejectedKept: Int,
        hooks: Hooks = Hooks(),
        now: @escaping @Sendable () -> Int64
    ) throws(SQLiteError) {
        let opened = try OpenedStore(path: path, rejectedKept: rejectedKept, hooks: hooks)
        let executor = QueueExecutor(blockingLabel: "store.writer")
        let signal = FeedSignal(head: opened.head)
        let health = StoreHealth(onChange: hooks.commitsFailed)
        let (questions, continuation) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let writer = Writer(
            executor: executor,
            opened: opened,
            signal: signal,
            policy: policy,
            health: health,
            now: now,
            onQuestion: { continuation.yield() }
        )
        self.now = now
        self.questions = questions
        feed = opened.feed
        refusals = opened.refusals
        readers = (0..<2).map { _ in
            Reader(files: opened.files, index: opened.index, refusalKeep: opened.refusals)
        }
        mailbox = Mailbox(on: executor) { submissions in
            writer.assumeIsolated { $0.receive(submissions) }
        }
        self.signal = signal
        self.health = health
        self.writer = writer
    }

    /// Reads the indexes and makes the files of the keep of refusals, before anything is served.
    package func prepare() async throws(SQLiteError) {
        try await writer.open()
        try await refusals.open()
        try await recoverGenerations()
    }

    /// Judges and keeps an authentic callback.
    ///
    /// - Parameter completion: called on the writer's thread, once: with the judgement after its
    ///   commit is on disk, or with the error after which nothing of it was kept.
    package func submit(
        _ delivery: Delivery,
        completion: @escaping @Sendable (Result<Judgement, SQLiteError>) -> Void
    ) {
        mailbox.post(.delivery(delivery, completion))
    }

    /// Runs `body` inside the next commit and returns its result once that is on disk.
    ///
    /// - Throws: when nothing of it was kept.
    func commit<Value: Sendable>(
        _ body: @escaping @Sendable (Bookkeeper, StorePolicy) throws(SQLiteError) -> Value
    ) async throws(SQLiteError) -> Value {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, SQLiteError>, Never>) in
            let work = WriterWork(
                perform: { (bookkeeper, policy) throws(SQLiteError) in
                    let value = try body(bookkeeper, policy)
                    return { continuation.resume(returning: .success(value)) }
                },
                fail: { continuation.resume(returning: .failure($0)) }
            )
            mailbox.post(.work(work))
        }
        return try result.get()
    }

    /// Keeps a request that was not authentic, within the bounds of the keep. Never blocks.
    package func keep(_ refusal: RefusedRequest) { refusals.add(refusal) }

    /// Refusals that came too fast to be kept.
    package var droppedRefusals: Int { refusals.dropped }

    /// Judges what comes from now on under `policy`, and keeps `rejectedKept` refusals.
    package func reconfigure(policy: StorePolicy, rejectedKept: Int) {
        writer.setPolicy(policy)
        refusals.setKeptMax(rejectedKept)
    }

    /// A reader; several share the work.
    package var reader: Reader {
        let turn = nextReader.add(1, ordering: .relaxed).oldValue
        return readers[Int(UInt(bitPattern: turn) % UInt(readers.count))]
    }

    /// Commits a mark, to show that the disk can be written.
    package func probe() async throws(SQLiteError) { try await writer.probe() }

    /// Returns when the writer has got round to it; hangs when it is stuck.
    package func ping() async { await writer.ping() }

    /// What was committed since the start.
    package var commitCounts: CommitCounts { health.commitCounts }

    /// The error of the last commit, if it failed.
    package var commitFailure: SQLiteError? { health.current }

    /// Writes what waits and closes the files. What is submitted afterwards would open them again.
    package func close() async {
        signal.close()
        await refusals.flush()
        for reader in readers { await reader.close() }
        await writer.close()
    }
}

/// What opening the files brought.
struct OpenedStore {
    let files: StoreFiles
    let feed: String
    let head: Int64
    let index: ReferenceIndex
    let indexer: Indexer
    let callbackIDs: CallbackIDs
    let refusals: RefusalKeep

    init(path: String, rejectedKept: Int, hooks: Store.Hooks) throws(SQLiteError) {
        files = StoreFiles(main: path)
        index = ReferenceIndex()
        let main = try MainDatabase.open(path)
        feed = try MainDatabase.feed(main)
        head = try main.integer("SELECT coalesce(max(sequence), 0) FROM transitions") ?? 0
        let newest = try MainDatabase.newest(main)
        // Makes the index file, so that readers find it.
        _ = try LookupFile(path: files.lookup, feed: feed, newest: newest)
        let refused = try RefusalFile.open(files.refused)
        let newestRefused = try refused.integer("SELECT coalesce(max(id), 0) FROM refusals") ?? 0
        callbackIDs = CallbackIDs(newest: max(newest.callbackID, newestRefused))
        indexer = Indexer(
            index: index,
            path: files.lookup,
            onFailure: hooks.sideFileFailed
        )
        refusals = RefusalKeep(
            path: files.refused,
            keptMax: rejectedKept,
            callbackIDs: callbackIDs,
            onFailure: hooks.sideFileFailed
        )
    }
}
