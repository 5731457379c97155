import CashIn
import Ledger
import Logging
import Metrics
package import Payments
import Queues
import System
package import Store

/// Queries the gateway about every payment whose status inquiry is due (article Statuses,
/// "Queries").
///
/// The schedule is on disk; the actor holds only the queries under way, the gateway's health and
/// the waits after failed commits, so a restart loses no inquiry. One loop, ``run()``, decides what
/// is sent; each query is a task on the actor that is suspended during the call, so that a slow
/// gateway does not block the loop.
package actor Reconciler {
    let gateway: OutboundGateway
    let store: Store
    let log: Log
    private let report: OutboundReport
    private let newsReport: GatewayNewsReport
    private var storeReport: StoreUseReport

    /// The wall clock, in milliseconds since the epoch, by which due times on disk are compared.
    private let now: @Sendable () -> Int64
    let clocks: Clocks
    private(set) var wakeUps = WakeUps()

    /// `reconcile.enabled` of the configuration. While it is false, only what an operator ordered
    /// is queried; whatever else is due goes on the attention list.
    var isEnabled: Bool
    private var health = GatewayHealth()
    private var backoff = QueryBackoff()
    private var elsewhere = ForeignInquiries()

    /// When generate calls of receivers that have ended are looked for again.
    var nextRecovery: ContinuousClock.Instant?

    /// The payments whose query is under way. Their inquiries stay due until the result is
    /// recorded, so the loop has to pass them over.
    private var underWay: Set<Payment.ID> = []

    /// The time of the last order, in milliseconds since the epoch: what was due by then is sent,
    /// even while `reconcile.enabled` is false.
    private var orderedMilliseconds: Int64?

    /// Whether the next pass resumes ended schedules: one query about each open payment, and each
    /// with waiting callbacks, that has no inquiry.
    var isResumeDue = false

    /// Callers of ``reconcile()`` that the loop has not served yet.
    private var orders: [CheckedContinuation<Result<Int, StoreError>, Never>] = []

    /// Whether it is still to be found out whether schedules ended in an outage before the start.
    var isStartCheckDue = true

    /// Whether the loop has ended, so that no order would be served any more.
    private var isStopped = false

    /// The task of each query under way, by payment, until its result is recorded.
    private(set) var attempts: [Payment.ID: Task<Void, Never>] = [:]

    /// The clock and the notification that tests replace.
    struct Clocks: Sendable {
        /// The time that pauses and waits are measured by; it does not jump with the wall clock.
        var monotonic: @Sendable () -> ContinuousClock.Instant = { .now }

        /// Called on the actor at the end of each pass of the loop.
        var onPassEnd: @Sendable () -> Void = {}
    }

    /// Creates a reconciler that sends nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - isEnabled: `reconcile.enabled` of the configuration.
    ///   - now: the wall clock, in milliseconds since the epoch.
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
        storeReport = StoreUseReport(log: report.log)
        newsReport = GatewayNewsReport(store: store, log: report.log, now: clocks.monotonic)
        self.now = now
    }

    /// Sends what is due and waits for more, until the task is cancelled. Runs once.
    ///
    /// A pass runs after a commit that scheduled an inquiry, after each query, on an order or
    /// reload, and at the latest after ``WakeUps/delaySecondsMax``, unless as many queries are
    /// under way as are allowed. On cancellation it serves the waiting orders and returns when the
    /// queries under way are recorded. It does not interrupt them: ``OutboundGateway/close()``
    /// does.
    func run() async {
        let relay = Task { [store, wakeUps] in
            for await _ in store.inquiries { wakeUps.wake() }
        }
        wakeUps.wake()
        for await _ in wakeUps.signals {
            if Task.isCancelled { break }
            await runPass()
            clocks.onPassEnd()
        }
        isStopped = true
        await serveOrders()
        relay.cancel()
        wakeUps.cancelDelay()
        for attempt in attempts.values { await attempt.value }
    }

    /// Serves orders, repeats what failed, resumes ended schedules, and sends what is due.
    ///
    /// An error of one step does not skip the next one. The error of an order is its caller's; the
    /// first of the others is the result of the pass.
    private func runPass() async {
        await serveOrders()
        var failure: StoreError?
        do throws(StoreError) {
            if try await newsReport.writeAgain() { isResumeDue = true }
            try await recoverGenerations()
            try await resumeIfDue()
        } catch { failure = error }
        do throws(StoreError) {
            try await sendWhatIsDue()
        } catch {
            failure = failure ?? error
            wakeUps.wake(after: .seconds(WakeUps.delaySecondsMax))
        }
        storeReport.record(failure)
    }

    /// Applies a new configuration, and forgets pauses: what failed before may work now.
    ///
    /// - Parameter isNew: whether no query could be sent before. Then the next pass resumes ended
    ///   schedules (article Statuses, "Fairness").
    func reconfigure(isEnabled: Bool, isNew: Bool) {
        self.isEnabled = isEnabled
        health.reset()
        if isNew { isResumeDue = true }
        wakeUps.wake()
    }

    /// Resumes ended schedules, ends the pauses that failed queries caused, and sends what is due;
    /// the order of an operator.
    ///
    /// Returns when the queries are scheduled, before their results. Inquiries whose last result
    /// could not be written still wait (``QueryBackoff``). A cancelled caller waits all the same,
    /// and its order is served.
    ///
    /// - Returns: how many queries are due.
    /// - Throws: when the store cannot be used, or when the loop has ended. Queries that were
    ///   scheduled before the error stay scheduled.
    package func reconcile() async throws(StoreError) -> Int {
        if isStopped { throw StoreError(.failed, "the program is stopping", context: "reconcile") }
        // The loop serves the order: while `reconcile.enabled` is false, a pass at the same time
        // would move what the order schedules to the attention list.
        let result = await withCheckedContinuation { order in
            orders.append(order)
            wakeUps.wake()
        }
        return try result.get()
    }

    /// Serves all waiting orders together: one order covers what the others want.
    private func serveOrders() async {
        let served = orders
        orders = []
        if served.isEmpty { return }
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
        for order in served { order.resume(returning: result) }
    }

    /// Records what a query says about the gateway, including queries of other callers. What it
    /// says about the payment is recorded by ``Store/record(_:_:_:)``.
    ///
    /// Returns when the entries that follow from it are committed, or their commit has failed.
    package func record(_ attempt: QueryAttempt, about reference: Reference) async {
        let result = GatewayHealth.Result(attempt.query)
        let news = health.record(result, about: reference, at: clocks.monotonic())
        report.metrics.isGatewayUp = health.isUp
        // Due queries need not wait for the end of the pause.
        if news.contains(.recovered) || news.contains(.reachable) { wakeUps.wake() }
        for news in news {
            let hasClosedEntry = await newsReport.report(news, about: reference)
            guard hasClosedEntry else { continue }
            // Schedules may have ended before the gateway recovered.
            isResumeDue = true
            wakeUps.wake()
        }
    }
}

// Due inquiries.
extension Reconciler {
    /// Sends the queries that are due and that health and limits allow, moves due payments without
    /// a query to the attention list, and sets the time of the next pass.
    ///
    /// - Throws: when the store cannot be used. As long as commits fail, no query is sent: its
    ///   result could not be written, so it would be sent again and again.
    private func sendWhatIsDue() async throws(StoreError) {
        let present = now()
        let access = gateway.access
        // At the stop there is no client any more, although the receiver is not receive-only: what
        // is due is sent after the next start. The loop is cancelled before the client is closed.
        if Task.isCancelled { return }
        let due = isEnabled ? present : orderedMilliseconds
        if store.commitFailure != nil { try await store.probe() }
        guard let access, let due else {
            return try await raiseAllDue(present, isReceiveOnly: access == nil)
        }
        let deadlines = try await store.reader.deadlines(
            dueAt: present,
            includesQueries: false,
            limit: Self.deadlinesMax
        )
        try await store.endUnsentInquiries(deadlines, reason: Self.deadlineReason)
        let instant = clocks.monotonic()
        if let end = health.pauseEnd(at: instant) { return wakeUps.wake(after: end - instant) }
        try await send(dueAt: due, access, present)
    }

    /// The maximum of payments that one pass moves to the attention list, in one commit: it bounds
    /// how long callbacks wait for that commit, like ``Store/pageMax``.
    private static let deadlinesMax = 200
    private static let deadlineReason =
        "the code can no longer be paid, and reconcile.scheduleSeconds plans no query about it"

    /// Moves due payments to the attention list because no query can be sent: outbound is not
    /// configured, or `reconcile.enabled` is false and nothing was ordered.
    ///
    /// The next pass follows at once while there may be more than one page of them.
    private func raiseAllDue(
        _ present: Int64,
        isReceiveOnly: Bool
    ) async throws(StoreError) {
        let ids = try await store.reader.deadlines(
            dueAt: present,
            includesQueries: true,
            limit: Self.deadlinesMax
        )
        let reason =
            isReceiveOnly
            ? "the receiver only receives: no query can be sent about it"
            : "reconcile.enabled is false: no query is sent about it"
        try await store.endUnsentInquiries(ids, reason: reason)
        let isLastPage = ids.count < Self.deadlinesMax
        wakeUps.wake(after: isLastPage ? .seconds(WakeUps.delaySecondsMax) : .zero)
    }

    /// Starts as many due queries as there is room for, and sets the time of the next pass.
    ///
    /// Without room it sets none, because the end of each query causes a pass. Half of the
    /// connections, one at least, are for these queries, and the others stay free for callers that
    /// wait for a QR code; while the gateway is down, one query at a time probes it (article
    /// Statuses, "Fairness").
    ///
    /// - Parameters:
    ///   - time: inquiries due by then are sent, in milliseconds since the epoch.
    ///   - present: the time of this pass, in milliseconds since the epoch.
    private func send(
        dueAt time: Int64,
        _ access: OutboundGateway.Access,
        _ present: Int64
    ) async throws(StoreError) {
        let roomMax = health.isUp ? max(access.requestsMax / 2, 1) : 1
        let room = roomMax - underWay.count
        guard room > 0 else { return }
        // Inquiries under way and those that wait are due as well. The limit has room for them, so
        // that they do not hide others, and for one more, which shows that more are due than fit.
        let instant = clocks.monotonic()
        elsewhere.forget(before: instant)
        let skipped = underWay.count + backoff.waitingCount(at: instant) + elsewhere.count + 1
        let due = try await store.reader.inquiries(dueAt: time, limit: room + skipped)
        let free = due.filter { $0.paymentID.map { isFree($0) } ?? false }
        let chosen = selection(of: free, room)
        guard try await start(chosen, dueAt: time, access) else { return wakeUps.wake() }
        if free.count > room { return }
        // All that was ordered is recorded.
        if !isEnabled, due.isEmpty { orderedMilliseconds = nil }
        if due.isEmpty, !health.isUp { try await scheduleProbe() }
        guard isEnabled, let next = try await store.reader.nextInquiry(after: time) else {
            return wakeUps.wake(after: .seconds(WakeUps.delaySecondsMax))
        }
        wakeUps.wake(after: .milliseconds(min(next, present + 60_000) - present))
    }

    /// Schedules one query although no inquiry is due: without a probe, the end of an outage or of
    /// a rejection of the credentials would not be noticed.
    private func scheduleProbe() async throws(StoreError) {
        guard let id = try await store.reader.unscheduledPayments(after: 0, limit: 1).first else {
            return
        }
        _ = try await store.resumeInquiries([id])
    }

    /// Whether the payment has no query under way, and none that has to wait.
    private func isFree(_ id: Payment.ID) -> Bool {
        !underWay.contains(id) && !backoff.isWaiting(id, at: clocks.monotonic())
            && !elsewhere.contains(id)
    }

    /// The inquiries to send now: those due for the longest time. While the gateway is down, it is
    /// one about another payment than the last probe, if there is one (article Statuses,
    /// "Fairness").
    private func selection(of free: [Inquiry], _ room: Int) -> ArraySlice<Inquiry> {
        if let lastProbed = health.lastProbed,
            let index = free.firstIndex(where: { $0.partnerReferenceNo != lastProbed })
        {
            return free[index...index]
        }
        return free.prefix(room)
    }

    /// Claims inquiries, and starts the queries of those that no other receiver has.
    ///
    /// - Returns: false if another one has or had some of them: others may be sent instead.
    private func start(
        _ chosen: ArraySlice<Inquiry>,
        dueAt time: Int64,
        _ access: OutboundGateway.Access
    ) async throws(StoreError) -> Bool {
        if chosen.isEmpty { return true }
        let claims = try await store.claimInquiries(
            chosen.compactMap(\.paymentID),
            dueAt: time,
            forSeconds: access.queryClaimSeconds
        )
        let claimed = chosen.compactMap { ClaimedInquiry($0, claims) }
        for inquiry in claimed { start(inquiry, access.cashIn) }
        let others = claims.filter { $0.value == .elsewhere }.keys
        elsewhere.add(others, at: clocks.monotonic())
        return claimed.count == chosen.count
    }

    /// Starts the task of one query; its end causes a pass. The task is never cancelled.
    private func start(_ claimed: ClaimedInquiry, _ cashIn: CashInClient) {
        let id = claimed.paymentID
        let isFirst = underWay.insert(id).inserted
        precondition(isFirst, "one query at a time for a payment")
        attempts[id] = Task {
            await attempt(claimed, cashIn)
            underWay.remove(id)
            attempts[id] = nil
            wakeUps.wake()
        }
    }

    /// Sends one query, and records its result for the payment, then for the gateway.
    ///
    /// When the result cannot be committed, the inquiry stays due and waits (``QueryBackoff``), and
    /// the gateway's health stays as it is.
    private func attempt(_ claimed: ClaimedInquiry, _ cashIn: CashInClient) async {
        let id = claimed.paymentID
        let attempt = await cashIn.query(claimed.inquiry)
        report.query(claimed.inquiry, attempt)
        do throws(StoreError) {
            guard try await store.record(claimed, attempt) else {
                log.warning("another receiver has queried the payment meanwhile") {
                    $0.add("payment", id)
                }
                return
            }
        } catch {
            // `Store.Hooks` reports the commit.
            backoff.recordFailure(of: id, at: clocks.monotonic())
            try? await store.release(claimed.claim)
            return
        }
        backoff.recordSuccess(of: id)
        await record(attempt, about: claimed.inquiry.partnerReferenceNo)
    }
}
