import Payments

@testable import Ledger
@testable import SQLiteStore
@testable import Store

/// One thing that happens to a store and to its mirror.
enum MirrorEvent: Sendable {
    case deliver(Delivery)
    case start(GenerationRequest, isConfirmedUnknown: Bool)
    case finish(Reference, GenerationResult, GatewayCall?)
    case record(Inquiry, QueryResult, [GatewayCall])
    case resume([Payment.ID])
    /// Whatever is open and not scheduled.
    case resumeAll
    case hold([Payment.ID], reason: String)
    case resolve(AttentionEntry.ID, OperatorDecision, isDryRun: Bool)
    case accept(Reference, OperatorDecision, isDryRun: Bool)
    case resolveAll(AttentionKind, openedBefore: Int64, OperatorDecision)
    case replay([ReplayRequest], isDryRun: Bool)
    case raise(AttentionKind, detail: String)
    case close(AttentionKind, note: String)

    /// Whether it is one commit whose scope is known without reading first.
    var isOneCommit: Bool {
        switch self {
        case .resumeAll, .resolveAll: false
        default: true
        }
    }
}

/// What an event came to.
enum MirrorOutcome: Equatable, Sendable {
    case judged(Judgement)
    case started(GenerationStart)
    case received(QueryReceipt)
    case decided(DecisionOutcome)
    case replayed([ReplayResult])
    case counted(Int)
    case closed(Bool)
    case done
}

extension MirrorEvent {
    /// Gives the event to a store.
    func send(to store: Store) async throws -> MirrorOutcome {
        switch self {
        case .deliver(let delivery):
            .judged(
                try await withCheckedThrowingContinuation { continuation in
                    store.submit(delivery) { continuation.resume(with: $0) }
                }
            )
        case .start(let request, let isUnknown):
            .started(try await store.startGeneration(request, isConfirmedUnknown: isUnknown))
        case .finish(let reference, let result, let call):
            try await done(store.finishGeneration(reference, result, call))
        case .record(let inquiry, let outcome, let calls):
            .received(try await store.record(inquiry, outcome, calls))
        case .resume(let ids): .counted(try await store.resumeInquiries(ids))
        case .resumeAll: .counted(try await store.resumeInquiries())
        case .hold(let ids, let reason):
            try await done(store.endUnsentInquiries(ids, reason: reason))
        case .resolve(let id, let decision, let isDryRun):
            .decided(try await store.resolve(id, decision, isDryRun: isDryRun))
        case .accept(let reference, let decision, let isDryRun):
            .decided(try await store.accept(reference, decision, isDryRun: isDryRun))
        case .resolveAll(let kind, let time, let decision):
            .counted(try await store.resolveAll(kind, openedBefore: time, decision))
        case .replay(let requests, let isDryRun):
            .replayed(try await store.replay(requests, isDryRun: isDryRun))
        case .raise(let kind, let detail):
            try await done(store.raise(kind, detail: detail))
        case .close(let kind, let note):
            .closed(try await store.close(kind, by: "query", note: note))
        }
    }

    /// What happens, without the bytes.
    var summary: String {
        guard case .deliver(let delivery) = self else { return "\(self)" }
        return "deliver \(delivery.content) as \(delivery.externalID ?? "nothing"), signed "
            + "\(delivery.timestamp), received \(delivery.receivedMilliseconds)"
    }

    private func done(_: Void) -> MirrorOutcome { .done }
}

/// What a store has to come to: one ledger over a view that has everything ever written, so that
/// nothing is loaded, looked for or read back.
///
/// The numbers of callbacks are the engine's own, since gaps in them mean nothing: they are given.
struct StoreMirror {
    private(set) var ledger: Ledger
    private(set) var feed: [Transition] = []

    /// How often each callback was delivered, and when last.
    private(set) var deliveries: [CallbackID: (count: Int64, last: Int64)] = [:]
    private(set) var resolutions:
        [AttentionEntry.ID: (resolution: EntryResolution, milliseconds: Int64)] = [:]
    private(set) var generations: [Payment.ID: GenerationRecord] = [:]

    /// The payments of the calls that were kept, in order.
    private(set) var calls: [Payment.ID?] = []

    init(_ policy: LedgerPolicy, _ jitter: Jitter) {
        ledger = Ledger(
            LedgerView(numbers: LedgerNumbers(), knowledge: GatewayKnowledge()),
            LedgerContext(policy: policy, nowMilliseconds: 0, jitter: jitter)
        )
    }

    var view: LedgerView { ledger.view }

    var policy: LedgerPolicy {
        get { ledger.context.policy }
        set { ledger.context.policy = newValue }
    }

    /// In the order of their numbers.
    var payments: [Payment] { view.payments.all.sorted { $0.id < $1.id } }

    /// In the order of their numbers.
    var entries: [AttentionEntry] { view.entries.values.sorted { $0.id < $1.id } }

    /// - Parameter id: the number of a new callback.
    mutating func run(
        _ event: MirrorEvent,
        now: Int64,
        numbered id: CallbackID?
    ) -> MirrorOutcome {
        if let id { setNumbers { $0.nextCallbackID = id } }
        ledger.context.nowMilliseconds = now
        defer { record() }
        switch event {
        case .deliver(let delivery):
            ledger.context.nowMilliseconds = delivery.receivedMilliseconds
            return .judged(ledger.receive(delivery))
        case .start(let request, let isUnknown):
            return .started(ledger.startGeneration(request, isConfirmedUnknown: isUnknown))
        case .finish(let reference, let result, let call):
            ledger.finishGeneration(reference, result, call)
        case .record(let inquiry, let outcome, let calls):
            return .received(ledger.record(inquiry, outcome, calls))
        case .resume(let ids): return .counted(ledger.resume(ids))
        case .resumeAll: return .counted(ledger.resume(unscheduled))
        case .hold(let ids, let reason): ledger.endUnsentInquiries(ids, reason: reason)
        case .resolve(let id, let decision, let isDryRun):
            return .decided(attempt(isDryRun) { $0.resolve(id, decision) })
        case .accept(let reference, let decision, let isDryRun):
            return .decided(attempt(isDryRun) { $0.accept(reference, decision) })
        case .resolveAll(let kind, let time, let decision):
            let open = entries.filter {
                $0.isOpen && $0.kind == kind && $0.openedMilliseconds < time
            }
            return .counted(ledger.resolve(open.map(\.id), decision))
        case .replay(let requests, let isDryRun):
            return .replayed(
                requests.map { request in attempt(isDryRun) { $0.replay(request) } }
            )
        case .raise(let kind, let detail): ledger.raiseGatewayEntry(kind, detail: detail)
        case .close(let kind, let note):
            return .closed(ledger.closeGatewayEntry(kind, by: "query", note: note))
        }
        return .done
    }

    private mutating func attempt<T>(_ isDryRun: Bool, _ event: (inout Ledger) -> T) -> T {
        var trial = ledger
        let result = event(&trial)
        if !isDryRun { ledger = trial }
        return result
    }

    /// What the engine does when it is opened: numbers that were taken for nothing are free again,
    /// unless they are stored, and calls that were under way are asked about.
    mutating func restart(now: Int64, areNumbersStored: Bool) {
        if !areNumbersStored { freeNumbers() }
        ledger.context.nowMilliseconds = now
        let interrupted = view.generations.filter { $0.value.state == .underWay }
        ledger.recoverGenerations(interrupted.keys.sorted())
        record()
    }

    private mutating func freeNumbers() {
        let payment = view.payments.numbers.max() ?? 0
        let entry = view.entries.keys.max() ?? 0
        setNumbers {
            $0.nextPaymentID = payment + 1
            $0.nextEntryID = entry + 1
        }
    }

    private mutating func setNumbers(_ change: (inout LedgerNumbers) -> Void) {
        var view = ledger.view
        change(&view.numbers)
        ledger = Ledger(view, ledger.context)
    }

    /// What a reader has to find without a schedule.
    private var unscheduled: [Payment.ID] {
        let waiting = view.callbacks.all.filter(\.isWaiting).compactMap(\.paymentID)
        let open = view.payments.all.filter(\.isOpen).map(\.id)
        return Set(waiting + open).filter { view.inquiries[$0] == nil }.sorted()
    }

    // MARK: What no view holds

    private mutating func record() {
        for change in ledger.removeChanges() {
            switch change {
            case .appendTransition(let transition): feed.append(transition)
            case .appendCallback(let callback, _):
                deliveries[callback.row.id] = (1, callback.row.receivedMilliseconds)
            case .countRedelivery(let id, let now):
                deliveries[id] = ((deliveries[id]?.count ?? 0) + 1, now)
            case .closeEntry(let id, let resolution, let now): resolutions[id] = (resolution, now)
            case .appendGatewayCall(_, let id): calls.append(id)
            case .startGeneration(let id, let request, let now):
                generations[id] = GenerationRecord(request, startedMilliseconds: now)
            case .finishGeneration(let id, let state, let result):
                generations[id] = generations[id]?.finished(state, result)
            case .moveGenerationStart(let id, let now):
                generations[id] = generations[id]?.started(atMilliseconds: now)
            default: break
            }
        }
    }
}

extension GenerationRecord {
    /// A call that was started.
    fileprivate init(_ request: GenerationRequest, startedMilliseconds: Int64) {
        self.init(
            state: .underWay,
            feeAmount: request.content.feeAmount,
            validity: request.content.validity,
            validityPeriod: request.validityPeriod,
            expiresMilliseconds: request.expiresMilliseconds,
            qrContent: nil,
            warnings: [],
            lastError: nil,
            startedMilliseconds: startedMilliseconds
        )
    }

    /// The call with another start.
    fileprivate func started(atMilliseconds now: Int64) -> Self {
        GenerationRecord(
            state: state,
            feeAmount: feeAmount,
            validity: validity,
            validityPeriod: validityPeriod,
            expiresMilliseconds: expiresMilliseconds,
            qrContent: qrContent,
            warnings: warnings,
            lastError: lastError,
            startedMilliseconds: now
        )
    }

    /// The call with its end. A code that was shown once stays.
    fileprivate func finished(_ state: GenerationState, _ result: GenerationResult) -> Self {
        var code = qrContent
        var warnings: [String] = []
        var error: String?
        switch result {
        case .accepted(_, let content, let odd): (code, warnings) = (content, odd)
        case .codeRefused(_, let problem): error = problem.description
        case .notAccepted(let failure), .unknown(let failure): error = failure.description
        }
        return GenerationRecord(
            state: state,
            feeAmount: feeAmount,
            validity: validity,
            validityPeriod: validityPeriod,
            expiresMilliseconds: expiresMilliseconds,
            qrContent: code,
            warnings: warnings,
            lastError: error,
            startedMilliseconds: startedMilliseconds
        )
    }
}
