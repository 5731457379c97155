import CashIn
import Ledger
import Logging
import Metrics
package import Payments
import System
package import Store

/// Queries the gateway about every payment whose status inquiry is due (article Statuses).
///
/// What is due when is on disk; here is only what is under way. So a restart loses nothing, and a
/// gateway that is down is probed by one query at a time, ever more rarely.
package actor Reconciler {
    private let gateway: OutboundGateway
    private let store: Store
    private let log: Log
    private let report: OutboundReport
    private let now: @Sendable () -> Int64
    private let clocks: Clocks
    private let wakeUps: AsyncStream<Void>
    let wakeUp: AsyncStream<Void>.Continuation
    private var isEnabled: Bool
    private var health = GatewayHealth()
    private var backoff = QueryBackoff()
    private var underWay: Set<Int64> = []

    /// What was due by then was ordered to be sent, also while `reconcile.enabled` is false.
    private var orderedMilliseconds: Int64?

    /// Whether open payments whose schedules have ended are to be asked about again.
    private var isResumeDue = false

    /// Callers of ``reconcile()`` that the loop has not served yet.
    private var orders: [CheckedContinuation<Result<Int, StoreError>, Never>] = []
    private var isStopped = false
    private var alarm: Task<Void, Never>?
    private(set) var attempts: [Int64: Task<Void, Never>] = [:]

    /// The longest sleep: schedules on disk go by the wall clock, which may be set meanwhile. Also
    /// how long a disk that cannot be written is given before it is tried again.
    private static let sleepMax = Duration.seconds(5)

    /// What tests set to go through pauses without waiting, and to know when nothing is left to do.
    struct Clocks: Sendable {
        /// The time that pauses and waits go by.
        var monotonic: @Sendable () -> ContinuousClock.Instant = { .now }

        /// Called when the loop has looked at what is due.
        var hasLooked: @Sendable () -> Void = {}
    }

    init(
        gateway: OutboundGateway,
        store: Store,
        isEnabled: Bool,
        report: OutboundReport,
        now: @escaping @Sendable () -> Int64,
        clocks: Clocks = Clocks()
    ) {
        self.clocks = clocks
        self.gateway = gateway
        self.store = store
        self.isEnabled = isEnabled
        self.report = report
        log = report.log
        self.now = now
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Sends what is due, and waits for more, until the task is cancelled; then waits for what is
    /// under way.
    func run() async {
        let relay = Task { [store, wakeUp] in
            for await _ in store.inquiries { wakeUp.yield() }
        }
        await resumeAfterTrouble()
        wakeUp.yield()
        for await _ in wakeUps {
            if Task.isCancelled { break }
            await takeOrders()
            await resumeIfDue()
            await sendWhatIsDue()
            clocks.hasLooked()
        }
        isStopped = true
        await takeOrders()
        relay.cancel()
        alarm?.cancel()
        for attempt in attempts.values { await attempt.value }
    }

    /// Applies a new configuration, at once: what failed before may work now.
    ///
    /// - Parameter isNew: whether queries could not be sent before.
    func reconfigure(isEnabled: Bool, isNew: Bool) {
        self.isEnabled = isEnabled
        health.reset()
        if isNew { isResumeDue = true }
        wakeUp.yield()
    }

    private func resumeSoon() {
        isResumeDue = true
        wakeUp.yield()
    }

    /// Sends at once what is due, even after failures, and once more what is open although its
    /// schedule has ended; returns how much that is.
    package func reconcile() async throws(StoreError) -> Int {
        if isStopped { throw StoreError(.failed, "the program is stopping", context: "reconcile") }
        // Done by the loop: it must not hold, meanwhile, what the order schedules.
        let result = await withCheckedContinuation { order in
            orders.append(order)
            wakeUp.yield()
        }
        return try result.get()
    }

    private func takeOrders() async {
        let taken = orders
        orders = []
        if taken.isEmpty { return }
        let result: Result<Int, StoreError>
        do throws(StoreError) {
            _ = try await store.resumeInquiries()
            let now = now()
            result = .success(try await store.reader.dueInquiryCount(at: now))
            orderedMilliseconds = now
            health.reset()
        } catch {
            result = .failure(error)
        }
        for order in taken { order.resume(returning: result) }
    }

    /// Records what a query about a payment says about the gateway, also one of another caller.
    package func record(_ attempt: QueryAttempt, about reference: Reference) async {
        let result = GatewayHealth.Result(attempt.query)
        let news = health.record(result, about: reference, at: clocks.monotonic())
        report.metrics.isGatewayUp = health.isUp
        // What waited for it need not wait for the end of the pause.
        if news.contains(.recovered) || news.contains(.reachable) { wakeUp.yield() }
        for news in news { await tell(news, about: reference) }
    }

    // MARK: What was left over

    /// The schedules of open payments may have ended while the gateway was out of reach, or before
    /// outbound was configured.
    private func resumeAfterTrouble() async {
        guard gateway.access != nil, isEnabled else { return }
        do throws(StoreError) {
            let kinds = try await store.reader.openAttentionCounts().keys
            let trouble: [AttentionKind] = [.gatewayUnreachable, .gatewayUnauthorized]
            let isTroubled = trouble.contains { kinds.contains($0.rawValue) }
            let isKnown = try await store.reader.isGatewayKnown()
            if isTroubled || !isKnown { isResumeDue = true }
        } catch {
            // The database cannot be read: nothing is resumed now.
            return
        }
    }

    /// By the loop: a caller must not wait for a commit, nor what is due for a caller.
    private func resumeIfDue() async {
        guard isResumeDue else { return }
        isResumeDue = false
        do throws(StoreError) {
            let count = try await store.resumeInquiries()
            if count > 0 { log.info("payments are asked about again") { $0.add("count", count) } }
        } catch {
            // `Store.Hooks.commitsFailed` reports a commit that failed; what is due stays due.
            return
        }
    }

    // MARK: What is due

    private func sendWhatIsDue() async {
        let present = now()
        let access = gateway.access
        let due = isEnabled ? present : orderedMilliseconds
        do throws(StoreError) {
            // An answer that cannot be written would be asked for again and again.
            if store.commitFailure != nil { try await store.probe() }
            guard let access, let due else { return try await raiseAllDue(present) }
            let deadlines = try await store.reader.deadlines(
                dueAt: present,
                includesQueries: false,
                limit: Self.heldMax
            )
            try await store.hold(deadlines, reason: Self.deadlineReason)
            let instant = clocks.monotonic()
            if let end = health.pauseEnd(at: instant) { return sleep(end - instant) }
            try await send(dueAt: due, access, present)
        } catch {
            // `Store.Hooks.commitsFailed` reports a commit that failed. No query is sent until
            // commits work again.
            sleep(Self.sleepMax)
        }
    }

    private static let heldMax = 200
    private static let deadlineReason =
        "the code can no longer be paid, and reconcile.scheduleSeconds plans no query about it"

    /// No query can be sent: the attention list holds what one would have been about.
    private func raiseAllDue(_ present: Int64) async throws(StoreError) {
        let ids = try await store.reader.deadlines(
            dueAt: present,
            includesQueries: true,
            limit: Self.heldMax
        )
        let reason =
            gateway.access == nil
            ? "the receiver only receives: no query can be sent about it"
            : "reconcile.enabled is false: no query is sent about it"
        try await store.hold(ids, reason: reason)
        sleep(ids.count < Self.heldMax ? Self.sleepMax : .zero)
    }

    private func send(
        dueAt time: Int64,
        _ access: OutboundGateway.Access,
        _ present: Int64
    ) async throws(StoreError) {
        // Half of the connections stay free for those who wait for a QR code.
        let roomMax = health.isUp ? max(access.requestsMax / 2, 1) : 1
        let room = roomMax - underWay.count
        guard room > 0 else { return }
        // Room for those that are passed over: they must not keep others from being seen.
        let skipped = underWay.count + backoff.waitingCount(at: clocks.monotonic()) + 1
        let due = try await store.reader.inquiries(dueAt: time, limit: room + skipped)
        let free = due.filter { $0.paymentID.map { isFree($0) } ?? false }
        for inquiry in chosen(from: free, room) { start(inquiry, access.cashIn) }
        if free.count > room { return }
        if !isEnabled, due.isEmpty { orderedMilliseconds = nil }
        if due.isEmpty, !health.isUp { try await probe() }
        guard isEnabled || !due.isEmpty else { return sleep(Self.sleepMax) }
        guard isEnabled, let next = try await store.reader.nextInquiry(after: time) else {
            return sleep(Self.sleepMax)
        }
        sleep(.milliseconds(min(next, present + 60_000) - present))
    }

    /// Every schedule has ended while the gateway is out of reach: one payment is asked about to
    /// find out when it is back.
    private func probe() async throws(StoreError) {
        guard let id = try await store.reader.unscheduledPayments(after: 0, limit: 1).first else {
            return
        }
        _ = try await store.resumeInquiries([id])
    }

    /// Whether an inquiry may be asked now.
    private func isFree(_ id: Int64) -> Bool {
        !underWay.contains(id) && !backoff.isWaiting(id, at: clocks.monotonic())
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

    private func start(_ inquiry: Inquiry, _ cashIn: CashInClient) {
        guard let id = inquiry.paymentID else { return }
        let isFirst = underWay.insert(id).inserted
        precondition(isFirst, "one query at a time for a payment")
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
        do throws(StoreError) {
            _ = try await store.record(inquiry, attempt.outcome, attempt.calls)
        } catch {
            // The inquiry stays due.
            if let id = inquiry.paymentID { backoff.recordFailure(of: id, at: clocks.monotonic()) }
            return
        }
        if let id = inquiry.paymentID { backoff.recordSuccess(of: id) }
        await record(attempt, about: inquiry.partnerReferenceNo)
    }

    private func tell(_ news: GatewayHealth.News, about reference: Reference) async {
        do throws(StoreError) {
            switch news {
            case .unreachable(let since, let attempts):
                let seconds = Int(since.duration(to: clocks.monotonic()).components.seconds)
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
                let note = "the gateway responds"
                if try await store.close(.gatewayUnreachable, note: note) { resumeSoon() }
            case .recovered:
                let note = "the gateway answers"
                let wasUnreachable = try await store.close(.gatewayUnreachable, note: note)
                let wasUnauthorized = try await store.close(.gatewayUnauthorized, note: note)
                if wasUnreachable || wasUnauthorized { resumeSoon() }
            }
        } catch {
            // `Store.Hooks.commitsFailed` reports the error; the next news causes another attempt.
            return
        }
    }
}
