import Payments
import Support
import Testing

@testable import Ledger

/// A ledger to which random things happen: few references, ids, amounts and times, so that they
/// meet.
struct RandomLedger {
    private(set) var ledger: TestLedger
    private var random: SplitMix64

    /// Deliveries to be sent again, and inquiries whose answers are under way.
    private var deliveries: [Delivery] = []
    private var sent: [Inquiry] = []

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        ledger = TestLedger()
        changePolicy()
    }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: try deliver()
        case 40..<65: try answer()
        case 65..<75: try generate()
        case 75..<85: try decide()
        case 85..<88: replay()
        case 88..<91: holdOrResume()
        case 91..<92: changePolicy()
        default: pass()
        }
    }

    // MARK: Choosing

    private mutating func pick<T>(_ values: [T]) -> T {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func isChosen(percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pair() -> (merchant: String, gateway: String) {
        let number = pick(["1", "2", "3", "4"])
        return ("TRX-\(number)", "PAY-\(isChosen(percent: 85) ? number : pick(["1", "5"]))")
    }

    private mutating func changePolicy() {
        var policy = LedgerPolicy()
        policy.staleTimestamp = pick(LedgerPolicy.StaleTimestamp.allCases)
        policy.confirmWithQuery = pick(LedgerPolicy.ConfirmWithQuery.allCases)
        policy.externalIDConflict = pick(LedgerPolicy.ExternalIDConflict.allCases)
        policy.unknownTransactions = pick(LedgerPolicy.UnknownTransactions.allCases)
        policy.amountMismatch = pick(LedgerPolicy.AmountMismatch.allCases)
        policy.referenceRoles = pick(LedgerPolicy.ReferenceRoles.allCases)
        policy.isOutbound = isChosen(percent: 80)
        policy.isReconciling = isChosen(percent: 80)
        policy.schedule.scheduleSeconds = pick([[], [0], policy.schedule.scheduleSeconds])
        policy.schedule.whileOpenSeconds = pick([[], [60, 300]])
        policy.schedule.expireAfterSeconds = pick([nil, 0, 3_600])
        policy.schedule.recheckCancelledSeconds = pick([[], [3_600]])
        policy.schedule.recheckSuccessSeconds = pick([[], [60]])
        ledger.setPolicy { $0 = policy }
    }

    // MARK: Events

    private mutating func deliver() throws {
        if !deliveries.isEmpty, isChosen(percent: 25) {
            let kept = pick(deliveries)
            let externalID = isChosen(percent: 50) ? "id-\(pick(["1", "2", "3"]))" : nil
            let again = kept.with(receivedMilliseconds: ledger.now, externalID: externalID)
            return ledger.run { _ = $0.receive(again) }
        }
        var said = TestDelivery(received: ledger.now)
        let pair = pair()
        let isSnap = isChosen(percent: 50)
        said.partner = isSnap ? pair.merchant : pair.gateway
        said.reference = isSnap ? pair.gateway : pair.merchant
        if isChosen(percent: 5) { said.reference = nil }
        said.status = pick(LatestTransactionStatus.allCases + [.success, .success, .refunded])
        said.sen = pick([1_000_000, 1_000_000, 1_000_000, 700_000, nil])
        said.externalID = pick([nil, "id-1", "id-2", "id-3", "id-4", "id-5"])
        said.finishedTime = pick([nil, "10:00", "11:00"])
        said.originalExternalID = pick([nil, "E-1", "E-2"])
        said.signedSecondsAgo = isChosen(percent: 10) ? 400 : 0
        if isChosen(percent: 10) { said.failure = pick([.headers, .partner, .body]) }
        deliveries.append(try said.delivery)
        if said.failure != nil, isChosen(percent: 50) {
            // The same signature, with its headers in order.
            said.failure = nil
            deliveries.append(try said.delivery)
        }
        let delivery = deliveries[deliveries.count - 1]
        ledger.run { _ = $0.receive(delivery) }
    }

    private mutating func answer() throws {
        let queried = ledger.payments.filter {
            $0.mergedInto == nil && ledger.view.inquiries[$0.id] != nil
        }
        if queried.isEmpty || isChosen(percent: 10) {
            sent.append(try ledger.inquiry(pair().merchant))
        } else {
            sent.append(ledger.inquiry(of: pick(queried)))
        }
        if isChosen(percent: 15) { return }
        let inquiry = sent.remove(at: Int.random(in: 0..<sent.count, using: &random))
        ledger.record(try outcome(of: inquiry), inquiry)
    }

    private mutating func outcome(of inquiry: Inquiry) throws -> QueryResult {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .unavailable
        case 1: return .notFound(responseCode: "4045101")
        case 2: return .refused(responseCode: nil, detail: "no")
        case 3: return isChosen(percent: 50) ? .unreadable(detail: "?") : .unavailable
        default: break
        }
        let queried = isChosen(percent: 50) ? inquiry.alternative : nil
        let number = queried ?? inquiry.partnerReferenceNo
        // The gateway's number that belongs to it, mostly.
        let own = Reference(number.text.replacing("TRX", with: "PAY"))
        let exact = Amount(sen: pick([1_000_000, 1_000_000, 700_000])).map {
            ReportedAmount.exact($0)
        }
        let report = GatewayReport(
            partnerReferenceNo: isChosen(percent: 95) ? number : own ?? number,
            referenceNo: pick([own, own, own, own, Reference("PAY-5"), nil]),
            status: pick(LatestTransactionStatus.allCases + [.success]),
            amount: isChosen(percent: 95) ? exact : nil,
            paidAt: pick([nil, GatewayTime(text: "10:00", milliseconds: nil)])
        )
        return .found(report, queried: number, responseCode: "2005100")
    }

    private mutating func generate() throws {
        let pair = pair()
        if isChosen(percent: 50) {
            try ledger.start(pair.merchant, isConfirmedUnknown: isChosen(percent: 50))
            if isChosen(percent: 30) { return }
        }
        let number = try #require(Reference(pair.gateway))
        try ledger.finish(
            pair.merchant,
            pick([
                .accepted(referenceNo: number, qrContent: "", warnings: []),
                .accepted(referenceNo: number, qrContent: "", warnings: []),
                .codeRefused(referenceNo: number, problem: .checksum),
                .notAccepted("no"), .unknown("timeout"),
            ])
        )
    }

    private mutating func decide() throws {
        let accept = pick(LatestTransactionStatus.allCases.map { $0 } + [nil, nil, nil])
        let sen = pick([nil, 1_000_000, 700_000] as [Int64?])
        let open = ledger.openEntries
        guard let accept, open.isEmpty || isChosen(percent: 30) else {
            if open.isEmpty { return }
            let entry = pick(open)
            let decision = OperatorDecision(
                note: "",
                name: "ops",
                accept: accept,
                amount: sen.flatMap { Amount(sen: $0) },
                callbackID: isChosen(percent: 20) ? entry.events.last?.callbackID : nil
            )
            return ledger.run { _ = $0.resolve(entry.id, decision) as DecisionOutcome }
        }
        try ledger.accept(accept, pair().merchant, sen: sen)
    }

    private mutating func replay() {
        guard !deliveries.isEmpty else { return }
        let delivery = pick(deliveries)
        guard let kept = ledger.view.callback(redelivered: delivery) else { return }
        let request = ReplayRequest(callbackID: kept.id, delivery: delivery)
        ledger.run { _ = $0.replay(request) }
    }

    private mutating func holdOrResume() {
        let ids = ledger.payments.map(\.id).filter { _ in isChosen(percent: 30) }
        if isChosen(percent: 50) {
            ledger.run { $0.endUnsentInquiries(ids, reason: "no query is sent") }
        } else {
            ledger.run { _ = $0.resume(ids) }
        }
    }

    private mutating func pass() {
        let isBack = isChosen(percent: 10)
        let seconds: Int64 = pick([1, 60, 900, 3_600, 86_400])
        ledger.wait(seconds: isBack ? -seconds : seconds)
    }
}
