package import Ledger
package import Queues

/// What the merchant's other programs rely on: callbacks, transactions and the feed, on disk.
///
/// One writer commits in groups; readers read what was committed.
///
/// It only joins the parts that do the work: a property for each.
package final class Store: Sendable {
    /// What the store tells its owner; called from its own threads.
    package struct Hooks: Sendable {
        /// Commits began to fail (the first error), or work again (nil).
        package var commitsFailed: @Sendable (StoreError?) -> Void
        /// One piece of work broke a rule of the schema: it is at fault, not the database.
        package var workRefused: @Sendable (StoreError) -> Void
        /// A file beside the database was lost, damaged or failed: the index or the
        /// rejected-request store.
        package var sideFileTrouble: @Sendable (SideFileTrouble) -> Void

        /// A commit found no room on the disk; returns whether some was made, so that it is tried
        /// again.
        package var diskFull: @Sendable () -> Bool

        package init(
            commitsFailed: @escaping @Sendable (StoreError?) -> Void = { _ in },
            workRefused: @escaping @Sendable (StoreError) -> Void = { _ in },
            sideFileTrouble: @escaping @Sendable (SideFileTrouble) -> Void = { _ in },
            diskFull: @escaping @Sendable () -> Bool = { false }
        ) {
            self.commitsFailed = commitsFailed
            self.workRefused = workRefused
            self.sideFileTrouble = sideFileTrouble
            self.diskFull = diskFull
        }
    }

    /// Whether the database was made just now: nothing from before is in it.
    package let isNew: Bool

    /// The version of the library that keeps the database, as in `3.40.1`.
    package let libraryVersion: String

    /// The feed id: made with the database.
    package let feed: String

    /// Wakes those who wait for commits.
    package let signal: FeedSignal

    /// The newest part of the feed, in memory.
    package let window: FeedWindow
    private let render: TransitionRendering

    private let storage: any Storage
    private let writer: Writer
    let refusals: any RejectedRequests
    private let mailbox: Mailbox<Submission>

    /// Reads what was committed.
    package let reader: any StorageReader
    private let health: StoreHealth
    let now: @Sendable () -> Int64

    /// Yields when an inquiry was scheduled. For one reader.
    package let inquiries: AsyncStream<Void>

    /// Serves an opened database.
    ///
    /// - Parameters:
    ///   - storage: released when the store has closed it.
    ///   - render: the form in which ``feed(_:limit:)`` has transitions.
    ///   - jitter: spreads the inquiries of payments that were made at the same time.
    ///   - now: milliseconds since the epoch.
    package init(
        storage: any Storage,
        policy: LedgerPolicy,
        hooks: Hooks = Hooks(),
        render: @escaping TransitionRendering,
        jitter: Jitter = Jitter(seed: .random(in: 0...UInt64.max)),
        now: @escaping @Sendable () -> Int64
    ) {
        let executor = QueueExecutor(blockingLabel: "store.writer")
        let window = FeedWindow(head: storage.head)
        let signal = FeedSignal(head: storage.head)
        let health = StoreHealth(
            onChange: hooks.commitsFailed,
            onInvalidWork: hooks.workRefused
        )
        let (inquiries, continuation) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let reader = storage.makeReader()
        let writer = Writer(
            executor: executor,
            makeEngine: { () throws(StoreError) in
                try storage.makeEngine(
                    nowMilliseconds: now(),
                    closeReaders: { reader.closeFiles() }
                )
            },
            window: window,
            signal: signal,
            policy: policy,
            jitter: jitter,
            health: health,
            now: now,
            onInquiry: { continuation.yield() },
            makeRoom: hooks.diskFull
        )
        self.now = now
        self.inquiries = inquiries
        self.storage = storage
        isNew = storage.isNew
        libraryVersion = storage.libraryVersion
        feed = storage.feed
        refusals = storage.rejectedRequests
        self.reader = reader
        mailbox = Mailbox(on: executor) { submissions in
            writer.assumeIsolated { $0.receive(submissions) }
        }
        self.signal = signal
        self.window = window
        self.render = render
        self.health = health
        self.writer = writer
    }

    /// Reads the indexes and makes the files of the keep of refusals, before anything is served.
    package func prepare() async throws(StoreError) {
        try await writer.open()
        await refusals.open()
        try await recoverGenerations()
    }

    /// Judges and keeps an authentic callback.
    ///
    /// - Parameters:
    ///   - queue: where `completion` runs; where left out, on the writer's thread, which has better
    ///     things to do than anything that takes time.
    ///   - completion: called once: with the judgement after its commit is on disk, or with the
    ///     error after which nothing of it was kept.
    package func submit(
        _ delivery: Delivery,
        completingOn queue: (any CompletionQueue)? = nil,
        completion: @escaping @Sendable (Result<Judgement, StoreError>) -> Void
    ) {
        mailbox.post(
            .delivery(SubmittedDelivery(delivery, completingOn: queue, completion))
        )
    }

    /// Runs `body` inside the next commit and returns its result once that is on disk.
    ///
    /// - Parameters:
    ///   - scope: what it has to see.
    ///   - isDryRun: whether what the ledger decides is thrown away.
    /// - Throws: when nothing of it was kept.
    package func commit<Value: Sendable>(
        _ scope: LedgerScope,
        isDryRun: Bool = false,
        _ body:
            @escaping @Sendable (inout Ledger, any StorageEngine) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, StoreError>, Never>) in
            let work = WriterWork(
                scope: scope,
                perform: { (ledger, engine) throws(StoreError) in
                    let value: Value
                    if isDryRun {
                        var trial = ledger
                        value = try body(&trial, engine)
                    } else {
                        value = try body(&ledger, engine)
                    }
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

    /// Whether refusals are kept from now on; those that are not are counted as dropped.
    package func setKeepsRefusals(_ keeps: Bool) { refusals.setIsOpen(keeps) }

    /// Refusals that came too fast to be kept, or when none were.
    package var droppedRefusals: Int { refusals.dropped }

    /// Judges what comes from now on under `policy`, and keeps `rejectedKept` refusals.
    package func reconfigure(policy: LedgerPolicy, rejectedKept: Int) {
        writer.setPolicy(policy)
        refusals.setKeptMax(rejectedKept)
    }

    /// A part of the feed, rendered: from memory at the head, else from the database.
    package func feed(_ query: FeedQuery, limit: Int) async throws(StoreError) -> FeedText {
        if let text = window.text(query, limit: limit, render) { return text }
        return try await reader.feed(query, limit: limit, render)
    }

    /// Commits a mark on the way that callbacks go, to show that they can be kept; hangs while the
    /// writer does.
    package func probe() async throws(StoreError) {
        try await commit(LedgerScope()) { [now] (_, engine) throws(StoreError) in
            try engine.mark(now())
        }
    }

    /// What was committed since the start.
    package var commitCounts: CommitCounts { health.commitCounts }

    /// The error of the last commit, if it failed.
    package var commitFailure: StoreError? { health.current }

    /// Writes what waits, closes the files and releases the database. What is submitted or
    /// read afterwards fails.
    package func close() async {
        signal.close()
        // Writing connections last: only they can give the WAL of their file back.
        await reader.close()
        await refusals.close()
        await writer.close()
        storage.release()
    }
}
