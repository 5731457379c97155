import Ledger
package import Logging
import Payments
package import Store

/// Raises and closes the attention entries about the operation of the receiver:
/// `callbacks-refused`, `clock-difference` and `no-callbacks` (article Statuses, "Attention
/// entries").
///
/// A task looks once a second at what the loops have counted, so nothing on the line of a callback
/// waits for it. A change that cannot be committed is tried again a second later.
package actor AlarmWatch {
    /// Explains a refused callback in one sentence; nil when it cannot be explained.
    package typealias Explanation = @Sendable (CallbackRecord) async -> String?

    private let store: Store
    private let refusalTally: RefusalTally
    private let clockSamples: ClockSamples
    private let explain: Explanation
    private let log: Log

    /// Milliseconds since the epoch.
    private let now: @Sendable () -> Int64

    private let entries: EntryWriter

    /// What the details of entries about this receiver alone end with, where several receivers
    /// have the database.
    private let origin: String

    /// The evidence of the last read, with the head of the feed and the time of that read.
    private var known: KnownEvidence?

    private struct KnownEvidence {
        let evidence: SilenceEvidence
        let head: Int64
        let milliseconds: Int64

        /// Whether the transitions since the last callback were counted.
        let isCounted: Bool
    }

    /// - Parameter machine: the name of this machine, where several receivers have the database;
    ///   nil where this one has it alone.
    package init(
        store: Store,
        machine: String?,
        refusals: RefusalTally,
        clock: ClockSamples,
        log: Log,
        now: @escaping @Sendable () -> Int64,
        explain: @escaping Explanation
    ) {
        self.store = store
        refusalTally = refusals
        clockSamples = clock
        self.log = log
        self.now = now
        self.explain = explain
        origin = machine.map { "; receiver: \($0)" } ?? ""
        entries = EntryWriter(store: store, name: "receiver")
    }

    /// Watches until the task is cancelled.
    package func run() async {
        var open: Set<AttentionKind>?
        while open == nil, !Task.isCancelled {
            open = try? await openKinds()
            if open == nil { await pause() }
        }
        let isOpen = { (kind: AttentionKind) in open?.contains(kind) == true }
        var refusals = RefusalWatch(isOpen: isOpen(.callbacksRefused), atMilliseconds: now())
        var clock = ClockWatch(isOpen: isOpen(.clockDifference))
        var silence: SilenceWatch?
        while !Task.isCancelled {
            let news = refusalTally.collect(awaitsAccepted: refusals.awaitsAccepted)
            if let change = refusals.step(news, atMilliseconds: now()) {
                set(.callbacksRefused, own(await explained(change)))
            }
            if let change = clock.step(clockSamples.verdict) { set(.clockDifference, own(change)) }
            if let change = await silenceChange(&silence, isOpen: isOpen(.noCallbacks)) {
                set(.noCallbacks, change)
            }
            _ = try? await entries.write()
            await pause()
        }
    }

    private func pause() async { try? await Task.sleep(for: .seconds(1)) }

    // MARK: Entries

    /// The kinds with an entry that an earlier run of this receiver has left open.
    ///
    /// The clock or the key of another receiver may be the cause of its entries, so that one alone
    /// closes them. What `no-callbacks` says is the same for all.
    private func openKinds() async throws(StoreError) -> Set<AttentionKind> {
        var kinds: Set<AttentionKind> = []
        for kind in [AttentionKind.callbacksRefused, .clockDifference, .noCallbacks] {
            var filter = AttentionFilter()
            filter.isOpen = true
            filter.kind = kind.rawValue
            guard let entry = try await store.reader.attention(filter, limit: 1).first else {
                continue
            }
            let isOwn = entry.events.contains { $0.text.hasSuffix(origin) }
            if kind == .noCallbacks || isOwn { kinds.insert(kind) }
        }
        return kinds
    }

    /// A change of an entry about this receiver alone.
    private func own(_ change: EntryChange) -> EntryChange {
        guard case .raise(let detail) = change else { return change }
        return .raise(detail: detail + origin)
    }

    /// Logs a change, which is written at the end of the turn.
    private func set(_ kind: AttentionKind, _ change: EntryChange) {
        switch change {
        case .raise(let detail):
            log.warning("raised an attention entry") {
                $0.add("kind", kind.rawValue)
                $0.add("detail", detail)
            }
        case .close(let note):
            log.info("closed an attention entry") {
                $0.add("kind", kind.rawValue)
                $0.add("note", note)
            }
        }
        entries.add([kind: change])
    }

    // MARK: Refused callbacks

    /// How many of the newest refused callbacks are explained; the commonest explanation is shown.
    private static let explainedMax = 3

    /// Adds the commonest explanation of the newest refused callbacks.
    private func explained(_ change: EntryChange) async -> EntryChange {
        guard case .raise(let detail) = change else { return change }
        var filter = CallbackFilter()
        filter.outcome = .refused
        // A page, because it bounds how many callbacks the search reads.
        let page = try? await store.reader.callbackPage(filter, limit: Self.explainedMax)
        var texts: [String] = []
        for record in page?.callbacks ?? [] {
            if let text = await explain(record) { texts.append(text) }
        }
        return texts.commonest.map { .raise(detail: "\(detail). Diagnosis: \($0)") } ?? change
    }

    // MARK: Silence

    /// The maximum of transitions since the last callback that are counted.
    private static let transitionsMax = 1_000

    /// The span before now in which transitions are counted, in milliseconds.
    private static let spanMilliseconds: Int64 = 2 * 86_400_000

    /// The pause between two reads of the evidence, in milliseconds.
    private static let readPauseMilliseconds: Int64 = 10_000

    /// Decides about `no-callbacks`; nil for no change, or when the database cannot be read.
    ///
    /// - Parameters:
    ///   - watch: nil before the first read.
    ///   - isOpen: whether the entry is open from an earlier run of the program.
    private func silenceChange(_ watch: inout SilenceWatch?, isOpen: Bool) async -> EntryChange? {
        if let known, var trial = watch, !trial.isOpen {
            // Nothing has changed but the time, or too little time has passed.
            let isFresh =
                (known.head == store.window.head
                    || now() - known.milliseconds < Self.readPauseMilliseconds)
                && (known.isCounted || !isQuiet(known.evidence))
            if isFresh, trial.step(known.evidence, atMilliseconds: now()) == nil { return nil }
        }
        guard let evidence = try? await readEvidence() else { return nil }
        var present = watch ?? SilenceWatch(isOpen: isOpen, lastCallback: evidence.lastCallback)
        defer { watch = present }
        return present.step(evidence, atMilliseconds: now())
    }

    /// Whether the last callback was so long ago that the transitions since then matter.
    private func isQuiet(_ evidence: SilenceEvidence) -> Bool {
        evidence.lastCallback.map { now() - $0 >= SilenceWatch.quietMilliseconds } ?? true
    }

    /// Reads what is stored since the last authentic callback.
    ///
    /// Counts transitions only after a silence: the search for the first of them reads all of the
    /// last minute, which are many under load.
    private func readEvidence() async throws(StoreError) -> SilenceEvidence {
        let head = store.window.head
        var filter = CallbackFilter()
        filter.isAuthentic = true
        let last = try await store.reader.callbacks(filter, limit: 1).first
        var evidence = SilenceEvidence(lastCallback: last?.lastReceivedMilliseconds)
        guard isQuiet(evidence) else {
            remember(evidence, head, isCounted: false)
            return evidence
        }
        let from = max(now() - Self.spanMilliseconds, (evidence.lastCallback ?? -1) + 1)
        let offset = try await store.reader.offset(recordedFrom: from).offset
        let page = try await store.reader.feed(
            FeedQuery(after: offset, statuses: [.success, .cancelled]),
            limit: Self.transitionsMax
        )
        for transition in page.transitions {
            switch transition.source {
            // With a callback, the query only confirmed what the callback reported.
            case .query where transition.to == .success && transition.callbackID == nil:
                evidence.confirmedByQuery += 1
            case .expiry: evidence.expired += 1
            default: continue
            }
            evidence.first = evidence.first ?? transition.recordedMilliseconds
        }
        remember(evidence, head, isCounted: true)
        return evidence
    }

    private func remember(_ evidence: SilenceEvidence, _ head: Int64, isCounted: Bool) {
        known = KnownEvidence(
            evidence: evidence,
            head: head,
            milliseconds: now(),
            isCounted: isCounted
        )
    }
}
