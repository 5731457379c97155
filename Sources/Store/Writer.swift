import Ledger
import Payments
import Queues
import Synchronization

/// Work for the next commit, with its completion.
enum Submission: Sendable {
    case delivery(SubmittedDelivery)
    case work(WriterWork)

    /// Where its completion runs; nil means the writer's thread.
    fileprivate var queue: (any CompletionQueue)? {
        switch self {
        case .delivery(let submitted): submitted.queue
        case .work: nil
        }
    }

    /// The completion that reports `error`, when nothing of the submission was stored.
    fileprivate func failure(_ error: StoreError) -> Completion {
        switch self {
        case .delivery(let submitted): Completion { submitted.complete(.failure(error)) }
        case .work(let work): Completion { work.fail(error) }
        }
    }
}

/// A delivery to be judged, with its completion and the queue that runs it.
///
/// A class, because the writer passes it on in each step of a commit.
final class SubmittedDelivery: Sendable {
    let delivery: Delivery

    /// Nil means the writer's thread, which is for short work only.
    let queue: (any CompletionQueue)?
    let complete: @Sendable (Result<Judgement, StoreError>) -> Void

    init(
        _ delivery: Delivery,
        completingOn queue: (any CompletionQueue)?,
        _ complete: @escaping @Sendable (Result<Judgement, StoreError>) -> Void
    ) {
        self.delivery = delivery
        self.queue = queue
        self.complete = complete
    }
}

/// Work other than a delivery that runs inside a commit.
struct WriterWork: Sendable {
    /// What ``perform`` needs in the ledger's view.
    let scope: LedgerScope

    /// Decides or writes; returns the completion that runs when the commit is durable.
    let perform:
        @Sendable (inout Ledger, any StorageEngine) throws(StoreError) -> @Sendable () -> Void

    /// Called instead of the completion when nothing was stored.
    let fail: @Sendable (StoreError) -> Void
}

/// The only writer of the database.
///
/// Submissions that arrive during a commit are committed together in the next one: their views are
/// loaded together, the ledger decides about one after the other, and the changes are stored in
/// order. No delivery is acknowledged before its commit is durable. After a failed commit nothing
/// in memory is trusted: the engine is discarded and opened again from the disk before the next
/// commit.
///
/// The writer passes the results of a commit to each completion queue as one job. Responses, log
/// lines and metrics are made on those queues, because they would delay the next commit.
///
/// Its properties are the parts that take part in a commit.
actor Writer {
    private let executor: QueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let makeEngine: @Sendable () throws(StoreError) -> sending any StorageEngine
    private let window: FeedWindow
    private let signal: FeedSignal
    private let policy: Mutex<LedgerPolicy>
    private let health: StoreHealth
    private let now: @Sendable () -> Int64
    private let onInquiry: @Sendable () -> Void
    private let onAttention: @Sendable () -> Void
    private let makeRoom: @Sendable () -> Bool
    private let jitter: Jitter
    private let confirmed = Atomic<Int64>(0)
    private var engine: (any StorageEngine)?
    private var isClosed = false

    /// The maximum of submissions in one commit: it bounds how long the first waits for the last.
    private static let batchMax = 512

    /// - Parameters:
    ///   - makeEngine: opens the database for writing.
    ///   - onInquiry: called after a commit that scheduled an inquiry.
    ///   - onAttention: called after a commit that opened or closed an attention entry.
    ///   - makeRoom: called when the disk is full; returns whether a retry may succeed.
    init(
        executor: QueueExecutor,
        makeEngine: @escaping @Sendable () throws(StoreError) -> sending any StorageEngine,
        window: FeedWindow,
        signal: FeedSignal,
        policy: LedgerPolicy,
        jitter: Jitter,
        health: StoreHealth,
        now: @escaping @Sendable () -> Int64,
        onInquiry: @escaping @Sendable () -> Void,
        onAttention: @escaping @Sendable () -> Void,
        makeRoom: @escaping @Sendable () -> Bool
    ) {
        self.executor = executor
        self.makeEngine = makeEngine
        self.window = window
        self.signal = signal
        self.policy = Mutex(policy)
        self.jitter = jitter
        self.health = health
        self.now = now
        self.onInquiry = onInquiry
        self.onAttention = onAttention
        self.makeRoom = makeRoom
    }

    /// The newest sequence number as of the last commit of this process. It cannot be lost any
    /// more; what is above it may be on one disk only.
    nonisolated var confirmedHead: Int64 { confirmed.load(ordering: .acquiring) }

    /// Applies `policy` from the next commit on; may be called from any thread.
    nonisolated func setPolicy(_ policy: LedgerPolicy) { self.policy.withLock { $0 = policy } }

    /// Opens the database for writing, so that the first delivery does not wait for it.
    func open() throws(StoreError) { _ = try opened() }

    /// Opens the database again if necessary. If this fails, the next commit tries again and
    /// reports the error.
    func reopen() {
        if let engine, !engine.needsReopening { return }
        discardEngine()
        _ = try? opened()
    }

    /// Announces commits of other processes.
    ///
    /// They are not in the window, which starts behind them. Runs between two commits of this
    /// process, so that a head that includes one of them is announced after it.
    func follow(_ commits: ForeignCommits) {
        let hasGrown = commits.head > window.head
        guard !isClosed, hasGrown || commits.areKnown else { return }
        if hasGrown { window.reset(head: commits.head) }
        signal.publish(head: window.head, references: nil)
        onInquiry()
        onAttention()
    }

    /// Commits submissions in groups of ``batchMax``, and completes them.
    func receive(_ submissions: [Submission]) {
        var rest = submissions[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batchMax)
            rest = rest.dropFirst(batch.count)
            process(batch)
        }
    }

    /// Commits one group and completes it.
    ///
    /// On error the engine is discarded, so that the next attempt starts from the disk. With a full
    /// disk the group is retried as long as ``makeRoom`` frees space. When the work of a group
    /// violates a constraint, its submissions are committed one by one, so that only the faulty one
    /// fails.
    private func process(_ batch: ArraySlice<Submission>) {
        // A closed store is not an outage: nothing is reported.
        if isClosed { return fail(batch, .closed) }
        let start = ContinuousClock.now
        do throws(StoreError) {
            let completions = try commit(batch)
            health.record(nil)
            health.count(batch.count, ContinuousClock.now - start)
            // Before the responses: a client that reads then finds the files in place.
            reopen()
            handOver(completions, of: batch)
            engine?.didCommit()
        } catch {
            discardEngine()
            if error.kind == .diskFull, makeRoom() { return process(batch) }
            guard error.kind == .invalidWork else {
                health.record(error)
                health.countFailure()
                return fail(batch, error)
            }
            if batch.count > 1 {
                // One submission is at fault, not the disk: the others must not fail with it.
                for index in batch.indices { process(batch[index...index]) }
                return
            }
            health.recordInvalidWork(error)
            fail(batch, error)
        }
    }

    /// Completes a group with an error.
    private func fail(_ batch: ArraySlice<Submission>, _ error: StoreError) {
        handOver(batch.map { $0.failure(error) }, of: batch)
    }

    /// Runs each completion on its queue: one job for each queue.
    private func handOver(_ completions: [Completion], of batch: ArraySlice<Submission>) {
        // A linear search suffices: there are as many queues as event loops.
        var groups: [(queue: any CompletionQueue, completions: [Completion])] = []
        for (submission, completion) in zip(batch, completions) {
            guard let queue = submission.queue else {
                completion.run()
                continue
            }
            if let index = groups.firstIndex(where: { $0.queue === queue }) {
                groups[index].completions.append(completion)
            } else {
                groups.append((queue, [completion]))
            }
        }
        for group in groups { group.queue.run(group.completions) }
    }

    /// Decides and stores a group in one write; publishes it after the write is durable.
    ///
    /// A crash leaves all of the group or nothing. Once the write has returned, it leaves all of
    /// it, whether or not its deliveries were acknowledged; unacknowledged ones are delivered again
    /// and counted.
    ///
    /// - Returns: the completions, in the order of the submissions.
    private func commit(
        _ batch: ArraySlice<Submission>
    ) throws(StoreError) -> [Completion] {
        let engine = try opened()
        let context = LedgerContext(
            policy: policy.withLock { $0 },
            nowMilliseconds: now(),
            jitter: jitter
        )
        var news = CommitNews()
        let completions = try engine.write { () throws(StoreError) in
            var ledger = Ledger(try engine.view(of: Self.scope(of: batch)), context)
            let completions = try Self.decide(batch, &ledger, engine, context.nowMilliseconds)
            precondition(completions.count == batch.count, "each submission is completed once")
            let changes = ledger.removeChanges()
            try engine.apply(changes, ledger.view)
            news = CommitNews(changes)
            return completions
        }
        precondition(
            news.transitions.last.map { $0.sequence == engine.head } ?? true,
            "the engine numbers the feed as the ledger does"
        )
        announce(news, head: engine.head)
        return completions
    }

    /// Tells followers and services what a durable commit has changed.
    ///
    /// - Parameter head: the newest sequence number after it. Other processes may have added
    ///   transitions before those of this commit.
    private func announce(_ news: CommitNews, head: Int64) {
        confirmed.store(head, ordering: .releasing)
        let hasForeign = head - Int64(news.transitions.count) > window.head
        // Followers read the window.
        window.append(news.transitions)
        if window.head < head { window.reset(head: head) }
        if hasForeign {
            signal.publish(head: head, references: nil)
        } else if !news.references.isEmpty || !news.transitions.isEmpty {
            signal.publish(head: head, references: news.references)
        }
        if news.hasInquiry || hasForeign { onInquiry() }
        if news.hasAttention || hasForeign { onAttention() }
    }

    /// What the decisions about a group need, in one scope.
    private static func scope(of batch: ArraySlice<Submission>) -> LedgerScope {
        var scope = LedgerScope()
        scope.reserveCapacity(deliveries: batch.count)
        for submission in batch {
            switch submission {
            case .delivery(let submitted): scope.add(submitted.delivery)
            case .work(let work): scope.formUnion(work.scope)
            }
        }
        return scope
    }

    /// Decides about the submissions of a group, in order.
    ///
    /// The present of a delivery is its time of receipt, that of other work is `now`.
    private static func decide(
        _ batch: ArraySlice<Submission>,
        _ ledger: inout Ledger,
        _ engine: any StorageEngine,
        _ now: Int64
    ) throws(StoreError) -> [Completion] {
        var completions: [Completion] = []
        completions.reserveCapacity(batch.count)
        for submission in batch {
            switch submission {
            case .delivery(let submitted):
                ledger.context.nowMilliseconds = submitted.delivery.receivedMilliseconds
                let judgement = ledger.receive(submitted.delivery)
                completions.append(Completion { submitted.complete(.success(judgement)) })
            case .work(let work):
                ledger.context.nowMilliseconds = now
                completions.append(Completion(try work.perform(&ledger, engine)))
            }
        }
        return completions
    }

    /// Closes the database for good; later submissions fail.
    func close() {
        isClosed = true
        engine = nil
    }

    /// Discards the engine, unless commits would be lost with it.
    private func discardEngine() {
        if engine?.mustStayOpen != true { engine = nil }
    }

    /// The engine, opened if necessary.
    private func opened() throws(StoreError) -> any StorageEngine {
        if isClosed { throw .closed }
        if let engine { return engine }
        let opened = try makeEngine()
        engine = opened
        // After a failed commit the disk decides whether its transitions are in the feed.
        if opened.head != window.head {
            window.reset(head: opened.head)
            signal.reset(head: opened.head)
        }
        return opened
    }
}

/// What a commit means for waiting clients.
private struct CommitNews {
    /// The partnerReferenceNo of each changed transaction.
    var references: [String] = []

    /// The transitions that were appended to the feed.
    var transitions: [Transition] = []

    /// Whether an inquiry was scheduled or moved.
    var hasInquiry = false

    /// Whether an attention entry was opened or closed.
    var hasAttention = false

    init() {}

    init(_ changes: [Change]) {
        for change in changes {
            switch change {
            case .createPayment(let payment), .updatePayment(let payment):
                guard payment.row.isConfirmed else { continue }
                references.append(payment.row.partnerReferenceNo.text)
                // Earlier transitions in the feed show its other number.
                if payment.row.roles == .corrected, let reference = payment.row.referenceNo {
                    references.append(reference.text)
                }
            case .appendTransition(let transition): transitions.append(transition)
            case .scheduleInquiry: hasInquiry = true
            case .openEntry, .closeEntry: hasAttention = true
            default: continue
            }
        }
    }
}
