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
    private var backoff = InquiryBackoff()
    private var underWay: Set<Int64> = []

    /// What was due by then somebody has ordered to be asked, also while nothing is asked by
    /// itself.
    private var orderedMilliseconds: Int64?
    private var alarm: Task<Void, Never>?
    private var attempts: [Int64: Task<Void, Never>] = [:]

    /// The longest sleep: schedules on disk go by the wall clock, which may be set meanwhile. Also
    /// how long a disk that cannot be written is given before it is tried again.
    private static let sleepMax = Duration.seconds(5)

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

    /// Records what a query about a payment says about the gateway, also one of another caller.
    func record(_ attempt: InquiryAttempt, about reference: Reference) async {
        let result = GatewayHealth.Result(attempt.query)
        let news = health.record(result, about: reference, at: .now)
        report.metrics.isGatewayUp = health.isUp
        // What waited for it need not wait for the end of the pause.
        if news.contains(.recovered) || news.contains(.reachable) { wakeUp.yield() }
        for news in news { await tell(news, about: reference) }
    }

    private func askWhatIsDue() async {
        guard let access = gateway.access else { return }
        let present = now()
        guard let now = isEnabled ? present : orderedMilliseconds else { return }
        if let end = health.pauseEnd(at: .now) { return sleep(end - .now) }
        // Half of the connections stay free for those who wait for a QR code.
        let roomMax = health.isUp ? max(access.requestsMax / 2, 1) : 1
        let room = roomMax - underWay.count
        guard room > 0 else { return }
        do throws(SQLiteError) {
            // An answer that cannot be written would be asked for again and again.
            if store.commitFailure != nil { try await store.probe() }
            // Room for those that are passed over: they must not keep others from being seen.
            let skipped = underWay.count + backoff.waitingCount(at: .now) + 1
            let due = try await store.reader.inquiries(dueAt: now, limit: room + skipped)
            let free = due.filter { $0.questionID.map { isFree($0) } ?? false }
            for inquiry in chosen(from: free, room) { begin(inquiry, access.cashIn) }
            if free.count > room { return }
            if !isEnabled, due.isEmpty { orderedMilliseconds = nil }
            guard isEnabled || !due.isEmpty else { return }
            guard isEnabled, let next = try await store.reader.nextInquiry(after: now) else {
                return sleep(Self.sleepMax)
            }
            sleep(.milliseconds(min(next, present + 60_000) - present))
        } catch {
            // The store's owner was told. Until the disk is well again nothing is asked.
            sleep(Self.sleepMax)
        }
    }

    /// Whether an inquiry may be asked now.
    private func isFree(_ id: Int64) -> Bool {
        !underWay.contains(id) && !backoff.isWaiting(id, at: .now)
    }

    /// What is asked now of what is due. The probe of a pause takes another payment than the last
    /// one, where there is another.
    private func chosen(from free: [Inquiry], _ room: Int) -> ArraySlice<Inquiry> {
        if let lastProbed = health.lastProbed,
            let index = free.firstIndex(where: { $0.partnerReferenceNo != lastProbed })
        {
            return free[index...index]
        }
        return free.prefix(room)
    }

    /// Has the loop look again after `duration`, at most ``sleepMax``, instead of at the time set
    /// before.
    private func sleep(_ duration: Duration) {
        alarm?.cancel()
        let length = max(min(duration, Self.sleepMax), .milliseconds(1))
        alarm = Task { [wakeUp] in
            try? await Task.sleep(for: length, clock: .continuous)
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
            // The inquiry stays due.
            if let id = inquiry.questionID { backoff.recordFailure(of: id, at: .now) }
            return
        }
        if let id = inquiry.questionID { backoff.recordSuccess(of: id) }
        await record(attempt, about: inquiry.partnerReferenceNo)
    }

    private func tell(_ news: GatewayHealth.News, about reference: Reference) async {
        do throws(SQLiteError) {
            switch news {
            case .unreachable(let since, let attempts):
                let seconds = Int(since.duration(to: .now).components.seconds)
                log.warning("the gateway does not answer queries") {
                    $0.add("attempts", attempts)
                    $0.add("seconds", seconds)
                }
                guard seconds > 0 else { return }
                let detail = "\(attempts) queries in \(seconds) s brought no answer"
                try await store.raise(.gatewayUnreachable, detail: detail)
            case .unauthorized(let description):
                log.error("the gateway rejects our credentials; queries are paused") {
                    $0.add("answer", description)
                }
                let detail = "the gateway rejects our credentials: \(description)"
                try await store.raise(.gatewayUnauthorized, detail: detail)
            case .refused(let description):
                log.error("the gateway refuses queries about a payment") {
                    $0.add("partnerReferenceNo", reference.text)
                    $0.add("answer", description)
                }
                let detail = "the gateway refuses queries about \(reference): \(description)"
                try await store.raise(.gatewayUnauthorized, detail: detail)
            case .reachable:
                try await store.close(.gatewayUnreachable, note: "the gateway responds")
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
