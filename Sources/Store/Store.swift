package import Ledger
package import Queues

/// The durable state of the receiver: callbacks, payments and the feed.
///
/// One writer commits in groups; readers read what was committed. Methods may be called from any
/// thread.
///
/// The type connects the parts that do the work: one property for each.
package final class Store: Sendable {
    /// Notifies the owner of the store; called on the store's threads, so a hook must return
    /// quickly.
    package struct Hooks: Sendable {
        /// Commits start to fail, with the first error, or succeed again, with nil.
        package var commitsFailed: @Sendable (StoreError?) -> Void
        /// One submission violated a constraint of the schema: it is at fault, not the database.
        package var workRefused: @Sendable (StoreError) -> Void
        /// The reference index or the rejected-request store was missing, was unusable, or failed.
        package var sideFileTrouble: @Sendable (SideFileTrouble) -> Void

        /// A read found the database damaged; each damage is reported once.
        package var damageFound: @Sendable (StoreError) -> Void

        /// A commit found the disk full; returns whether space was freed, so that the commit is
        /// tried again.
        package var diskFull: @Sendable () -> Bool

        package init(
            commitsFailed: @escaping @Sendable (StoreError?) -> Void = { _ in },
            workRefused: @escaping @Sendable (StoreError) -> Void = { _ in },
            sideFileTrouble: @escaping @Sendable (SideFileTrouble) -> Void = { _ in },
            damageFound: @escaping @Sendable (StoreError) -> Void = { _ in },
            diskFull: @escaping @Sendable () -> Bool = { false }
        ) {
            self.commitsFailed = commitsFailed
            self.workRefused = workRefused
            self.sideFileTrouble = sideFileTrouble
            self.damageFound = damageFound
            self.diskFull = diskFull
        }
    }

    /// Whether this run of the program created the database; then it is empty.
    package let isNew: Bool

    /// The schema version that this run has migrated; nil if it was the newest one.
    package let migratedVersion: Int64?

    /// The version of the database library, as in `3.40.1`.
    package let libraryVersion: String

    /// The feed id; it is created with the database.
    package let feed: String

    /// Wakes clients that wait for commits.
    package let signal: FeedSignal

    /// The newest part of the feed, in memory.
    package let window: FeedWindow
    private let render: TransitionRendering

    let storage: any Storage
    private let writer: Writer
    let refusals: any RejectedRequests
    private let mailbox: Mailbox<Submission>

    /// Reads what was committed.
    package let reader: any StorageReader
    private let health: StoreHealth
    let now: @Sendable () -> Int64

    /// Yields after a commit that scheduled an inquiry. Supports one consumer; several commits may
    /// yield once.
    package let inquiries: AsyncStream<Void>

    /// Yields after a commit that opened or closed an attention entry. Supports one consumer;
    /// several commits may yield once.
    package let attentionChanges: AsyncStream<Void>

    /// Creates a store that serves an opened database; ``prepare()`` must follow.
    ///
    /// - Parameters:
    ///   - storage: released when the store has closed it.
    ///   - render: the form in which ``feed(_:limit:)`` returns transitions.
    ///   - jitter: spreads the queries of payments that were generated at the same time.
    ///   - now: the present, in milliseconds since the epoch.
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
        let (inquiries, continuation) = AsyncStream.coalescing()
        let (attentionChanges, attentionContinuation) = AsyncStream.coalescing()
        let (reopenings, reopeningContinuation) = AsyncStream.coalescing()
        let reader = storage.makeReader(onStuckLock: { reopeningContinuation.yield() })
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
            onAttention: { attentionContinuation.yield() },
            makeRoom: hooks.diskFull
        )
        self.now = now
        self.inquiries = inquiries
        self.attentionChanges = attentionChanges
        self.storage = storage
        isNew = storage.isNew
        migratedVersion = storage.migratedVersion
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
        // Ends with the reader, which has the continuation, and which the writer has.
        Task { [weak writer] in for await _ in reopenings { await writer?.reopen() } }
    }

    /// Opens the database for writing, creates the rejected-request store, and schedules queries
    /// about interrupted generate calls; must return before anything is served.
    ///
    /// - Throws: when the database cannot be opened or written. A failure of the rejected-request
    ///   store is only reported.
    package func prepare() async throws(StoreError) {
        try await writer.open()
        storage.follow { [weak writer] commits in Task { await writer?.follow(commits) } }
        await refusals.open()
        try await recoverGenerations()
    }

    /// Judges and stores an authentic callback, in the next group commit.
    ///
    /// - Parameters:
    ///   - queue: where `completion` runs; nil means the writer's thread, which is for short work
    ///     only.
    ///   - completion: called once: with the judgement after its commit is durable, or with the
    ///     error after which nothing of the callback was stored.
    package func submit(
        _ delivery: Delivery,
        completingOn queue: (any CompletionQueue)? = nil,
        completion: @escaping @Sendable (Result<Judgement, StoreError>) -> Void
    ) {
        mailbox.post(
            .delivery(SubmittedDelivery(delivery, completingOn: queue, completion))
        )
    }

    /// Runs `body` inside the next commit and returns its result when the commit is durable.
    ///
    /// `body` runs on the writer's thread, between callbacks of the same commit, so it must be
    /// fast. It may run again when the commit is retried; then the result of the last run is
    /// returned.
    ///
    /// - Parameters:
    ///   - scope: what `body` needs in the ledger's view.
    ///   - isDryRun: whether the ledger's decisions are discarded.
    /// - Throws: when nothing of it was stored.
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

    /// Stores a request that was not authentic, within the limits of the rejected-request store.
    /// Never blocks.
    package func add(_ refusal: RejectedRequest) { refusals.add(refusal) }

    /// Sets whether rejected requests are stored from now on; all others are counted as dropped.
    package func setKeepsRejectedRequests(_ keeps: Bool) { refusals.setIsOpen(keeps) }

    /// How many rejected requests were dropped since the start.
    package var droppedRejectedRequests: Int { refusals.dropped }

    /// Applies `policy` to the events of later commits, and limits the rejected-request store to
    /// `rejectedKept` plausible requests.
    package func reconfigure(policy: LedgerPolicy, rejectedKept: Int) {
        writer.setPolicy(policy)
        refusals.setRequestsMax(rejectedKept)
    }

    /// A part of the feed, rendered: from memory at the head, else from the database.
    ///
    /// It has everything that was acknowledged before the call, by any receiver, and nothing that a
    /// failover could lose: what another one has committed is shown after a commit of our own,
    /// which is on both disks only after it.
    ///
    /// - Throws: also when that commit fails.
    package func feed(_ query: FeedQuery, limit: Int) async throws(StoreError) -> FeedText {
        let head = try await head()
        if isShared, head > writer.confirmedHead { try await probe() }
        if head <= window.head, let text = window.text(query, limit: limit, render) {
            return text
        }
        return try await reader.feed(query, limit: limit, render)
    }

    /// The newest sequence number, of any receiver.
    package func head() async throws(StoreError) -> Int64 {
        isShared ? try await reader.feedBounds().head : window.head
    }

    /// Commits a row in the same way as callbacks, to prove that they can be stored.
    ///
    /// Returns only when the writer responds; a caller detects a blocked writer by its own timeout.
    package func probe() async throws(StoreError) {
        try await commit(LedgerScope()) { [now] (_, engine) throws(StoreError) in
            try engine.mark(now())
        }
    }

    /// The writer's counters since the start.
    package var commitCounts: CommitCounts { health.commitCounts }

    /// The error of the last commit; nil when it succeeded.
    package var commitFailure: StoreError? { health.current }

    /// Commits waiting submissions, closes the files and unlocks the database. Later submissions
    /// and reads fail.
    package func close() async {
        signal.close()
        // The writing connections close last: a connection that only reads cannot checkpoint and
        // remove the WAL when it closes.
        await reader.close()
        await refusals.close()
        await writer.close()
        storage.release()
    }
}
