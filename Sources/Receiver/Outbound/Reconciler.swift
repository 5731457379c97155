import CashIn
import Logging
import Payments
import SQLite
import Sockets
import Store

/// Asks the gateway about every payment that is due (contract sections 3 and 6).
///
/// What is due when is on disk; here is only what is under way. So a restart loses nothing, and a
/// gateway that is down is probed by one query at a time, ever more rarely.
actor Reconciler {
    private let gateway: OutboundGateway
    private let store: Store
    private let log: Log
    private let report: OutboundReport
    private let now: @Sendable () -> Int64
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    private var isEnabled: Bool
    private var health = GatewayHealth()
    private var underWay: Set<Int64> = []

    /// What was due by then somebody has ordered to be asked, also while nothing is asked by
    /// itself.
    private var orderedMilliseconds: Int64?
    private var alarm: Task<Void, Never>?
    private var attempts: [Int64: Task<Void, Never>] = [:]

    /// Without news it is looked at least this often: the clock may be set.
    private static let idleMillisecondsMax: Int64 = 60_000

    /// How long a disk that cannot be written is given before it is tried again.
    private static let failedStoreMilliseconds: Int64 = 5_000

    init(
        gateway: OutboundGateway,
        store: Store,
        isEnabled: Bool,
        report: OutboundReport,
        now: @escaping @Sendable () -> Int64
    ) {
        self.gateway = gateway
        self.store = store
        self.isEnabled = isEnabled
        self.report = report
        log = report.log
        self.now = now
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks what is due, and waits for more, until the task is cancelled; then waits for what is
    /// under way.
    func run() async {
        let relay = Task { [store, wakeUp] in
            for await _ in store.questions { wakeUp.yield() }
        }
        wakeUp.yield()
        for await _ in wakeUps {
            if Task.isCancelled { break }
            await askWhatIsDue()
        }
        relay.cancel()
        alarm?.cancel()
        for attempt in attempts.values { await attempt.value }
    }

    /// Applies a new configuration: what failed before may work now.
    func reconfigure(isEnabled: Bool) {
        self.isEnabled = isEnabled
        health.reset()
        wakeUp.yield()
    }

    /// Asks at once what is due, even after failures; returns how much that is.
    func reconcile() async throws(SQLiteError) -> Int {
        let now = now()
        let count = try await store.reader.dueInquiryCount(at: now)
        orderedMilliseconds = now
        health.reset()
        wakeUp.yield()
        return count
    }

    /// An answer that somebody else got says as much about the gateway.
    func note(_ outcome: InquiryOutcome) async {
        let news =
            switch outcome {
            case .found, .notFound, .refused: health.noteAnswer()
            case .lost: health.noteLoss(at: now())
            case .unauthorized: health.noteRefusal(at: now())
            }
        report.metrics.isGatewayUp = health.isUp
        // What waited for it need not wait for the end of the pause.
        if news == .recovered { wakeUp.yield() }
        if let news { await tell(news) }
    }

    private func askWhatIsDue() async {
        guard let access = gateway.access else { return }
        let present = now()
        guard let now = isEnabled ? present : orderedMilliseconds else { return }
        if let pause = health.pausedUntilMilliseconds, present < pause {
            return sleep(until: pause)
        }
        // Half of the connections stay free for those who wait for a QR code.
        let roomMax = health.isUp ? max(access.requestsMax / 2, 1) : 1
        let room = roomMax - underWay.count
        guard room > 0 else { return }
        do throws(SQLiteError) {
            // An answer that cannot be written would be asked for again and again.
            if store.commitFailure != nil { try await store.probe() }
            let due = try await store.reader.inquiries(dueAt: now, limit: room + underWay.count)
            let free = due.filter { $0.questionID.map { !underWay.contains($0) } ?? false }
            for inquiry in free.prefix(room) { begin(inquiry, access.cashIn) }
            if free.count > room { return }
            guard isEnabled else {
                if due.isEmpty { orderedMilliseconds = nil }
                return
            }
            let next = try await store.reader.nextInquiry(after: now)
            sleep(until: min(next ?? .max, now + Self.idleMillisecondsMax))
        } catch {
            // The store's owner was told. Until the disk is well again nothing is asked.
            sleep(until: present + Self.failedStoreMilliseconds)
        }
    }

    /// Has the loop look again at `time`, instead of at an earlier set time.
    private func sleep(until time: Int64) {
        alarm?.cancel()
        let milliseconds = max(time - now(), 1)
        alarm = Task { [wakeUp] in
            try? await Task.sleep(for: .milliseconds(milliseconds))
            if !Task.isCancelled { wakeUp.yield() }
        }
    }

    private func begin(_ inquiry: Inquiry, _ cashIn: CashInClient) {
        guard let id = inquiry.questionID else { return }
        underWay.insert(id)
        attempts[id] = Task {
            await attempt(inquiry, cashIn)
            underWay.remove(id)
            attempts[id] = nil
            wakeUp.yield()
        }
    }

    private func attempt(_ inquiry: Inquiry, _ cashIn: CashInClient) async {
        let attempt = await cashIn.ask(inquiry)
        report.query(inquiry, attempt)
        do throws(SQLiteError) {
            _ = try await store.settle(inquiry, attempt.outcome, attempt.exchanges)
        } catch {
            // The question stays as it was, and is asked again when the disk is well.
            return
        }
        await note(attempt.outcome)
    }

    private func tell(_ news: GatewayHealth.News) async {
        do throws(SQLiteError) {
            switch news {
            case .unreachable(let since, let attempts):
                let seconds = (now() - since) / 1_000
                log.warning("the gateway does not answer queries") {
                    $0.add("attempts", attempts)
                    $0.add("seconds", seconds)
                }
                guard seconds > 0 else { return }
                let detail = "\(attempts) queries in \(seconds) s brought no answer"
                try await store.raise(.gatewayUnreachable, detail: detail)
            case .unauthorized:
                log.error("the gateway refuses our credentials; queries are paused")
                let detail = "the gateway answered a query with 401 or 403"
                try await store.raise(.gatewayUnauthorized, detail: detail)
            case .recovered:
                try await store.close(.gatewayUnreachable, note: "the gateway answers")
                try await store.close(.gatewayUnauthorized, note: "the gateway answers")
            }
        } catch {
            // The store's owner was told; the next news brings another attempt.
            return
        }
    }
}
