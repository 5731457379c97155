import Payments
import Testing

@testable import Ledger

/// One ledger over an empty view, its clock, and what it has appended to the feed.
struct TestLedger {
    private(set) var ledger: Ledger
    private(set) var feed: [Transition] = []

    /// Callbacks that were kept, and redeliveries that were counted.
    private(set) var keptCount = 0
    private(set) var redeliveryCount = 0
    private(set) var resolutions: [AttentionEntry.ID: EntryResolution] = [:]

    /// The events of entries as an engine stores them: only those that a change names.
    private(set) var storedEvents: [AttentionEntry.ID: [AttentionEvent]] = [:]

    /// The present, in milliseconds since the epoch.
    private(set) var now: Int64 = 1_795_316_400_000

    /// By default successes are applied at once, queries can be sent, and there is no jitter to
    /// speak of.
    init(_ change: (inout LedgerPolicy) -> Void = { _ in }) {
        var policy = LedgerPolicy()
        policy.confirmWithQuery = .never
        policy.isOutbound = true
        change(&policy)
        ledger = Ledger(
            LedgerView(numbers: LedgerNumbers(), knowledge: GatewayKnowledge()),
            LedgerContext(policy: policy, nowMilliseconds: now, jitter: Jitter(seed: 1))
        )
    }

    // MARK: Events

    /// Lets time pass; a negative number sets the clock back.
    mutating func wait(seconds: Int64) { wait(milliseconds: seconds * 1_000) }

    mutating func wait(milliseconds: Int64) { now += milliseconds }

    mutating func setPolicy(_ change: (inout LedgerPolicy) -> Void) {
        change(&ledger.context.policy)
    }

    /// Runs one event at the present time and collects its changes.
    @discardableResult
    mutating func run<T>(_ event: (inout Ledger) throws -> T) rethrows -> T {
        ledger.context.nowMilliseconds = now
        let result = try event(&ledger)
        for change in ledger.removeChanges() {
            switch change {
            case .appendTransition(let transition): feed.append(transition)
            case .appendCallback: keptCount += 1
            case .countRedelivery: redeliveryCount += 1
            case .openEntry(let entry): storedEvents[entry.id] = entry.events
            case .updateEntry(let entry, let changed):
                for index in changed {
                    let rest = storedEvents[entry.id, default: []].dropFirst(index + 1)
                    storedEvents[entry.id, default: []].replaceSubrange(
                        index...,
                        with: [entry.events[index]] + rest
                    )
                }
            case .closeEntry(let id, let resolution, _): resolutions[id] = resolution
            default: break
            }
        }
        return result
    }

    @discardableResult
    mutating func deliver(
        _ change: (inout TestDelivery) -> Void = { _ in }
    ) throws -> Judgement {
        var delivery = TestDelivery(received: now)
        change(&delivery)
        let made = try delivery.delivery
        return run { $0.receive(made) }
    }

    /// Delivers a callback of the same payment that is unreadable in another way than others.
    mutating func deliverOtherCause() throws {
        let delivery = try TestDelivery(received: now).delivery.with(
            signedDigest: SignedDigest(9, 9, 9, 9),
            content: CallbackContent(
                CallbackContent.Defect(.body, code: "4005600", problem: "Worse"),
                references: ["PAY-1", "TRX-1"].compactMap { Reference($0) }
            )
        )
        run { _ = $0.receive(delivery) }
    }

    @discardableResult
    mutating func start(
        _ reference: String = "TRX-1",
        sen: Int64 = 1_000_000,
        seconds: Int64 = 900,
        isConfirmedUnknown: Bool = false
    ) throws -> GenerationStart {
        let request = GenerationRequest(
            partnerReferenceNo: try #require(Reference(reference)),
            content: GenerationContent(
                amount: try #require(Amount(sen: sen)),
                feeAmount: try #require(Amount(sen: 0)),
                validity: .seconds(seconds)
            ),
            validityPeriod: "",
            expiresMilliseconds: now + seconds * 1_000
        )
        return run { $0.startGeneration(request, isConfirmedUnknown: isConfirmedUnknown) }
    }

    mutating func finish(_ reference: String = "TRX-1", _ result: GenerationResult) throws {
        let reference = try #require(Reference(reference))
        run { $0.finishGeneration(reference, result, nil) }
    }

    mutating func finish(_ reference: String = "TRX-1", as gateway: String) throws {
        let number = try #require(Reference(gateway))
        try finish(reference, .accepted(referenceNo: number, qrContent: "", warnings: []))
    }

    /// Generates a payment that the gateway accepts.
    mutating func generate(
        _ reference: String = "TRX-1",
        as gateway: String = "PAY-1",
        sen: Int64 = 1_000_000
    ) throws {
        try #require(try start(reference, sen: sen) == .started)
        try finish(reference, as: gateway)
    }

    // MARK: Inquiries

    /// The query that the schedule of a payment would send now; by its reference, where there is no
    /// schedule.
    func inquiry(_ reference: String = "TRX-1") throws -> Inquiry {
        let queried = try #require(Reference(reference))
        let home = payments.first { $0.mergedInto == nil && $0.partnerReferenceNo == queried }
        guard let home else {
            let found = ledger.view.subject(of: queried, nil)
            return Inquiry(
                paymentID: found?.id,
                partnerReferenceNo: queried,
                alternative: nil,
                mark: Inquiry.Mark(found)
            )
        }
        return inquiry(of: home)
    }

    /// As the store hands it out.
    func inquiry(of payment: Payment) -> Inquiry {
        let isGuess =
            !payment.isCorroborated && (!payment.isConfirmed || payment.roles == .assumed)
        let alternative = isGuess ? payment.referenceNo : nil
        return Inquiry(
            paymentID: payment.id,
            partnerReferenceNo: payment.partnerReferenceNo,
            alternative: alternative,
            mark: Inquiry.Mark(ledger.view.subject(of: payment.partnerReferenceNo, payment)),
            alternativeMark: alternative.map {
                Inquiry.Mark(ledger.view.subject(of: $0, payment))
            }
        )
    }

    @discardableResult
    mutating func record(
        _ outcome: QueryResult,
        _ inquiry: Inquiry
    ) -> QueryReceipt {
        run { $0.record(inquiry, outcome, []) }
    }

    /// The gateway answers a query about `reference`, sent now unless `inquiry` was before.
    ///
    /// - Parameter amount: in place of `sen`.
    @discardableResult
    mutating func answer(
        _ status: LatestTransactionStatus,
        _ reference: String = "TRX-1",
        as gateway: String? = "PAY-1",
        sen: Int64? = 1_000_000,
        amount: ReportedAmount? = nil,
        paidAt: String? = nil,
        to inquiry: Inquiry? = nil
    ) throws -> QueryReceipt {
        let queried = try #require(Reference(reference))
        let report = GatewayReport(
            partnerReferenceNo: queried,
            referenceNo: gateway.flatMap { Reference($0) },
            status: status,
            amount: amount ?? sen.flatMap { Amount(sen: $0) }.map { .exact($0) },
            paidAt: paidAt.map { GatewayTime(text: $0, milliseconds: nil) }
        )
        let outcome = QueryResult.found(report, queried: queried, responseCode: "2005100")
        return record(outcome, try inquiry ?? self.inquiry(reference))
    }

    /// Lets time pass until the payment's inquiry is due.
    mutating func waitUntilDue(_ reference: String = "TRX-1") throws {
        let inquiry = try #require(try runningInquiry(reference))
        now = max(now, inquiry.nextMilliseconds)
    }
}

// MARK: - What stands

extension TestLedger {
    var view: LedgerView { ledger.view }

    /// In the order of their numbers.
    var payments: [Payment] { view.payments.all.sorted { $0.id < $1.id } }

    /// The payment, confirmed or not, with this merchant's number.
    func payment(_ reference: String = "TRX-1") throws -> Payment {
        let number = try #require(Reference(reference))
        return try #require(
            payments.first { $0.mergedInto == nil && $0.partnerReferenceNo == number }
        )
    }

    /// The feed as text: `PARTNER from>to AMOUNT source`.
    var story: [String] {
        feed.map { transition in
            let from = transition.from?.word ?? "none"
            let amount = transition.amount.map { "\($0)" } ?? "-"
            return "\(transition.partnerReferenceNo) \(from)>\(transition.to.word) \(amount) "
                + transition.source.word
        }
    }

    var openEntries: [AttentionEntry] {
        view.entries.values.filter(\.isOpen).sorted { $0.id < $1.id }
    }

    /// The open entries in their order, each as `kind×count`.
    var open: [String] { openEntries.map { "\($0.kind.rawValue)×\($0.count)" } }

    /// The only open entry of a kind.
    func entry(_ kind: AttentionKind) throws -> AttentionEntry {
        let found = openEntries.filter { $0.kind == kind }
        try #require(found.count == 1)
        return found[0]
    }

    /// The running inquiries, in the order of their payments.
    var inquiries: [StatusInquiry] {
        view.inquiries.values.sorted { $0.paymentID < $1.paymentID }
    }

    func runningInquiry(_ reference: String = "TRX-1") throws -> StatusInquiry? {
        view.inquiries[try payment(reference).id]
    }

    /// The callbacks that wait for an answer about a payment.
    func waiting(_ reference: String = "TRX-1") throws -> [StoredCallback] {
        view.waiting(try payment(reference).id)
    }

    // MARK: Operators

    /// Resolves the open entry of a kind.
    @discardableResult
    mutating func resolve(
        _ kind: AttentionKind,
        accept: LatestTransactionStatus? = nil,
        sen: Int64? = nil,
        callbackID: CallbackID? = nil
    ) throws -> DecisionOutcome {
        let id = try entry(kind).id
        let decision = decision(accept, sen, callbackID)
        return run { $0.resolve(id, decision) }
    }

    @discardableResult
    mutating func accept(
        _ status: LatestTransactionStatus,
        _ reference: String = "TRX-1",
        sen: Int64? = nil,
        callbackID: CallbackID? = nil
    ) throws -> DecisionOutcome {
        let reference = try #require(Reference(reference))
        let decision = decision(status, sen, callbackID)
        return run { $0.accept(reference, decision) }
    }

    private func decision(
        _ status: LatestTransactionStatus?,
        _ sen: Int64?,
        _ callbackID: CallbackID?
    ) -> OperatorDecision {
        OperatorDecision(
            note: "as the bank says",
            name: "ops",
            accept: status,
            amount: sen.flatMap { Amount(sen: $0) },
            callbackID: callbackID
        )
    }
}
