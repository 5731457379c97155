import AlertMessages
import Configuration
import Logging
import Metrics
import Payments
import Queues
import Store

/// Sends the messages of one alert.
///
/// What was reported is on disk, so a restart neither repeats nor forgets a message, except one
/// that was under way: that one is sent again. The queue in memory decides; the database follows
/// it. While commits fail, messages are sent all the same, once, and recorded later.
actor AlertRunner {
    /// The configuration of the alert; a change of it needs another runner.
    nonisolated let alert: Configuration.Alert
    nonisolated let address: EntriesAddress
    private let services: AlertServices

    private var queue = AlertQueue()
    private var pace = AlertPace()
    private var wakeUps = WakeUps()

    /// Whether the stored state was read; before that, nothing is sent.
    private var isLoaded = false

    /// All open entries up to this ID have joined the queue, or are of other kinds.
    private var examinedID: AttentionEntry.ID = 0

    /// When the next entry has been open long enough, in milliseconds since the epoch; nil when no
    /// open entry waits for that.
    private var nextDueMilliseconds: Int64?

    /// Changes that are not committed yet, in order.
    private var unwritten: [AlertChange] = []

    private var report: AlertReport

    init(_ alert: Configuration.Alert, address: EntriesAddress, services: AlertServices) {
        self.alert = alert
        self.address = address
        self.services = services
        report = AlertReport(alert: alert, log: services.log, counters: services.counters)
    }

    /// Sends what is due and waits for more, until the task is cancelled, which also interrupts the
    /// message under way.
    func run() async {
        wakeUps.wake()
        for await _ in wakeUps.signals {
            if Task.isCancelled { break }
            await runPass()
            // A flood of entries must not cause a pass for each commit.
            try? await Task.sleep(for: .seconds(1))
        }
        wakeUps.cancelDelay()
        _ = try? await write()
    }

    /// Causes a pass.
    func wake() { wakeUps.wake() }

    /// Ends the pauses after failures, because what failed before may work now.
    func endFailurePauses() {
        pace.endFailurePauses()
        wakeUps.wake()
    }

    /// Examines the entries, sends every message that may be sent now, and sets the time of the
    /// next pass.
    func runPass() async {
        var delays: [Duration] = []
        do throws(StoreError) {
            try await loadIfNeeded()
            try await examine()
            report.record(storeFailure: nil)
        } catch {
            report.record(storeFailure: error)
            delays.append(.seconds(WakeUps.delaySecondsMax))
        }
        if isLoaded {
            if let delay = await sendWhatIsDue() { delays.append(delay) }
            // A later pass writes what cannot be written now; `Store.Hooks` reports it.
            if (try? await write()) == nil { delays.append(.seconds(WakeUps.delaySecondsMax)) }
            if let due = nextDueMilliseconds {
                delays.append(.milliseconds(max(due - services.clocks.now(), 0)))
            }
        }
        services.counters.setWaiting(queue.waiting.values.reduce(0, +), of: alert.name)
        if let delay = delays.min() { wakeUps.wake(after: delay) }
    }

    /// Stores the changes that are not committed yet; not while another receiver has the alerts,
    /// which knows better.
    private func write() async throws(StoreError) {
        while let change = unwritten.first, let claim = services.leadership.claim,
            try await services.store.record(change, under: claim)
        {
            unwritten.removeFirst()
        }
    }
}

// MARK: - Entries

extension AlertRunner {
    /// The maximum of entries that one read returns.
    private static let pageMax = 500

    /// Reads what an earlier run of the program has reported.
    private func loadIfNeeded() async throws(StoreError) {
        if isLoaded { return }
        let state = try await services.store.reader.alertState(of: alert.name)
        var change = AlertChange(alert: alert.name)
        for entry in state.entries {
            if alert.covers(entry.kind) {
                queue.add(entry.id, entry.kind, isReported: entry.isReported)
            } else {
                change.removed.append(entry.id)
            }
        }
        let (now, instant) = (services.clocks.now(), services.clocks.monotonic())
        for (kind, sent) in state.sentMilliseconds {
            pace.restore(kind, elapsedMilliseconds: now - sent, atMilliseconds: instant)
        }
        if !change.isEmpty { unwritten.append(change) }
        isLoaded = true
    }

    /// Adds the entries that are open long enough to the queue, and finds those of the queue that
    /// are resolved.
    ///
    /// Entries are examined in the order of their IDs, up to the first that is not open long
    /// enough: the others are not open longer. The first examination reads all open entries.
    private func examine() async throws(StoreError) {
        nextDueMilliseconds = nil
        var change = AlertChange(alert: alert.name)
        defer { if !change.isEmpty { unwritten.append(change) } }
        let reader = services.store.reader
        var more = true
        while more, nextDueMilliseconds == nil {
            let page = try await reader.openEntries(after: examinedID, limit: Self.pageMax)
            for entry in page.entries where !queue.contains(entry.id) && alert.covers(entry.kind) {
                if queue.isFull { break }
                nextDueMilliseconds = dueTime(of: entry)
                if nextDueMilliseconds != nil { break }
                queue.add(entry.id, entry.kind)
                change.added.append(entry.id)
                examinedID = entry.id
            }
            if queue.isFull { break }
            if nextDueMilliseconds == nil { examinedID = page.next }
            more = page.more
        }
        let open = queue.openIDs
        if !open.isEmpty { queue.resolve(try await reader.resolvedEntries(among: open)) }
    }

    /// When an entry will have been open long enough, in milliseconds since the epoch; nil when it
    /// is now.
    ///
    /// An entry from the future was opened before the clock was set back; it is due at once.
    private func dueTime(of entry: OpenEntry) -> Int64? {
        let now = services.clocks.now()
        let due = entry.openedMilliseconds + Int64(alert.afterSeconds) * 1_000
        return entry.openedMilliseconds <= now && now < due ? due : nil
    }
}

// MARK: - Messages

extension AlertRunner {
    /// Sends one message after the other; returns the time until the next one may be sent, and nil
    /// when nothing waits.
    private func sendWhatIsDue() async -> Duration? {
        while !Task.isCancelled, services.leadership.claim != nil {
            let now = services.clocks.monotonic()
            switch pace.step(waiting: queue.waiting.keys, atMilliseconds: now) {
            case .idle: return nil
            case .wait(let time): return .milliseconds(time - now)
            case .send(let kind):
                do throws(StoreError) {
                    try await send(queue.batch(of: kind))
                } catch {
                    report.record(storeFailure: error)
                    return .seconds(WakeUps.delaySecondsMax)
                }
            }
        }
        return nil
    }

    /// Sends one message, and records what came of it.
    ///
    /// - Throws: when its entries cannot be read; then nothing was sent.
    private func send(_ batch: AlertBatch) async throws(StoreError) {
        let message = try await message(about: batch)
        let outcome = await services.sender.send(message, to: alert)
        let instant = services.clocks.monotonic()
        switch outcome {
        case .sent:
            pace.recordSent(batch.kind, atMilliseconds: instant)
            queue.complete(batch)
            var change = AlertChange(alert: alert.name)
            (change.reported, change.removed) = (batch.open, batch.resolved)
            change.message = AlertChange.Message(
                kind: batch.kind,
                sentMilliseconds: services.clocks.now()
            )
            unwritten.append(change)
            // If this fails, the end of the pass tries again.
            _ = try? await write()
        case .failed(_, let seconds):
            pace.recordFailure(retryAfterSeconds: seconds, atMilliseconds: instant)
        case .rejected: pace.recordRejection(batch.kind, atMilliseconds: instant)
        case .interrupted: pace.recordFailure(retryAfterSeconds: nil, atMilliseconds: instant)
        }
        // After the commit: what the log calls sent is not sent again after a crash.
        report.record(outcome, of: message)
    }

    private func message(about batch: AlertBatch) async throws(StoreError) -> AlertMessage {
        let records = try await services.store.reader.attention(batch.described)
        let byID = Dictionary(records.map { ($0.id, $0) }) { first, _ in first }
        return AlertMessage(
            alert: alert.name,
            kind: batch.kind,
            openCount: batch.open.count,
            resolvedCount: batch.resolved.count,
            entries: batch.described.compactMap { byID[$0].map { AlertEntry($0) } },
            url: address.entries(batch.kind, areOpen: !batch.open.isEmpty)
        )
    }
}

extension AlertEntry {
    fileprivate init(_ record: AttentionRecord) {
        self.init(
            id: record.id,
            reference: record.partnerReferenceNo,
            detail: record.detail,
            count: record.count,
            openedMilliseconds: record.openedMilliseconds,
            resolution: record.resolvedMilliseconds.map {
                Resolution(
                    atMilliseconds: $0,
                    by: record.resolvedBy ?? "",
                    note: record.note ?? ""
                )
            }
        )
    }
}
