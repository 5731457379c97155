import Ledger
import Payments
import Queues
import Synchronization

/// Something to be done in the next commit, with its completion.
enum Submission: Sendable {
    case delivery(SubmittedDelivery)
    case work(WriterWork)

    /// Where its completion runs; nil: on the writer's thread.
    fileprivate var queue: (any CompletionQueue)? {
        switch self {
        case .delivery(let submitted): submitted.queue
        case .work: nil
        }
    }

    /// What is to be done when nothing of it was kept.
    fileprivate func failure(_ error: StoreError) -> Completion {
        switch self {
        case .delivery(let submitted): Completion { submitted.complete(.failure(error)) }
        case .work(let work): Completion { work.fail(error) }
        }
    }
}

/// A delivery to be judged, and who is told what became of it, and where.
///
/// A class: the writer takes it up in each step of a commit.
final class SubmittedDelivery: Sendable {
    let delivery: Delivery

    /// Nil: the writer's thread, for what is quick.
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

/// Anything but a delivery that is done inside a commit.
struct WriterWork: Sendable {
    /// What it has to see.
    let scope: LedgerScope

    /// Decides or writes, and returns what is to be done once that is on disk.
    let perform:
        @Sendable (inout Ledger, any StorageEngine) throws(StoreError) -> @Sendable () -> Void

    /// Called instead when nothing of it was kept.
    let fail: @Sendable (StoreError) -> Void
}

/// The one writer of the database.
///
/// Whatever waited during a commit goes into the next one together: its views are loaded together,
/// the ledger decides one after the other, and what it has changed is stored in order. No delivery
/// is acknowledged before its commit is durable. After a failed commit nothing in memory is
/// trusted: the engine is opened again, from the disk, before the next commit is tried.
///
/// The writer hands results on, at once for all of a commit that are for one queue. Responses, log
/// lines and metrics are made there.
///
/// Its properties are the parts that a commit goes through, and what waits for it.
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
    private let makeRoom: @Sendable () -> Bool
    private let jitter: Jitter
    private var engine: (any StorageEngine)?
    private var isClosed = false

    /// Deliveries in one commit at most: bounds the time the first of them waits for the last.
    private static let batchMax = 512

    /// - Parameters:
    ///   - makeEngine: opens the database for writing.
    ///   - onInquiry: an inquiry was scheduled.
    ///   - makeRoom: the disk is full; returns whether a commit may find room now.
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
        self.makeRoom = makeRoom
    }

    /// Judges what comes from now on under `policy`.
    nonisolated func setPolicy(_ policy: LedgerPolicy) { self.policy.withLock { $0 = policy } }

    /// Opens the database for writing, so that the first delivery does not have to.
    func open() throws(StoreError) { _ = try opened() }

    /// Commits what waited, in groups, and completes it.
    func receive(_ submissions: [Submission]) {
        var rest = submissions[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batchMax)
            rest = rest.dropFirst(batch.count)
            process(batch)
        }
    }

    private func process(_ batch: ArraySlice<Submission>) {
        // Closing for good is no outage.
        if isClosed { return fail(batch, .closed) }
        do throws(StoreError) {
            let completions = try commit(batch)
            health.note(nil)
            health.count(batch.count)
            handOver(completions, of: batch)
            if engine?.needsReopening == true {
                letGo()
                // Should that fail, the next commit tries again and tells.
                _ = try? opened()
            }
        } catch {
            letGo()
            if error.kind == .diskFull, makeRoom() { return process(batch) }
            guard error.kind == .invalidWork else {
                health.note(error)
                health.countFailure()
                return fail(batch, error)
            }
            if batch.count > 1 {
                // Not the disk, but one of them: the others must not fail with it.
                for index in batch.indices { process(batch[index...index]) }
                return
            }
            health.noteInvalidWork(error)
            fail(batch, error)
        }
    }

    private func fail(_ batch: ArraySlice<Submission>, _ error: StoreError) {
        handOver(batch.map { $0.failure(error) }, of: batch)
    }

    /// Has each completion run where its submission wants it: one hand-over for each queue.
    private func handOver(_ completions: [Completion], of batch: ArraySlice<Submission>) {
        // As few as there are loops.
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
            let changes = ledger.takeChanges()
            try engine.apply(changes, ledger.view)
            news = CommitNews(changes)
            return completions
        }
        precondition(
            news.transitions.last.map { $0.sequence == engine.head } ?? true,
            "the engine numbers the feed as the ledger does"
        )
        // Only now, when it is on disk: followers read what is in the window.
        window.append(news.transitions)
        if !news.references.isEmpty || !news.transitions.isEmpty {
            signal.publish(head: engine.head, references: news.references)
        }
        if news.hasInquiry { onInquiry() }
        engine.didCommit()
        return completions
    }

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

    /// Closes the database for good: what is submitted from now on fails.
    func close() {
        isClosed = true
        engine = nil
    }

    /// Lets go of the engine, unless commits would go with it.
    private func letGo() {
        if engine?.mustStayOpen != true { engine = nil }
    }

    private func opened() throws(StoreError) -> any StorageEngine {
        if isClosed { throw .closed }
        if let engine { return engine }
        let opened = try makeEngine()
        engine = opened
        // After a commit that failed, the disk decides whether its transitions are in the feed.
        if opened.head != window.head {
            window.reset(head: opened.head)
            signal.reset(head: opened.head)
        }
        return opened
    }
}

/// What a commit means to those who wait.
private struct CommitNews {
    /// The merchant's numbers of the transactions that changed.
    var references: [String] = []

    /// What the feed has grown by.
    var transitions: [Transition] = []

    /// Whether there is something new to ask the gateway, or to ask earlier.
    var hasInquiry = false

    init() {}

    init(_ changes: [Change]) {
        for change in changes {
            switch change {
            case .createPayment(let payment), .updatePayment(let payment):
                guard payment.row.isConfirmed else { continue }
                references.append(payment.row.partnerReferenceNo.text)
                // The feed has shown it under its other number before.
                if payment.row.roles == .corrected, let reference = payment.row.referenceNo {
                    references.append(reference.text)
                }
            case .appendTransition(let transition): transitions.append(transition)
            case .scheduleInquiry: hasInquiry = true
            default: continue
            }
        }
    }
}
