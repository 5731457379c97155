import Payments
import Support
import Testing

@testable import Ledger
@testable import SQLiteStore
@testable import Store

/// Random events for a store and its mirror: few references, ids and amounts at a time, so that
/// they meet, and always new ones, so that not all payments are final soon.
struct StoreMirrorSource {
    /// What one callback says, beyond what tests say by default.
    private struct Said {
        var basic: TestDelivery
        var hasAmount = true
        var mark: String?
        var isBroken = false
        var isHalf = false

        /// Whether a newer program can read it, though it is broken.
        var isRead = false

        /// Headers are not signed: the same signature comes with and without their failure.
        func delivery() throws -> Delivery {
            var basic = basic
            basic.salt += " \(hasAmount) \(mark ?? "") \(isBroken) \(isHalf)"
            basic.salt += " \(basic.isPairReadable)"
            if isBroken, !isRead, basic.failure == nil { basic.failure = .body }
            let implied = try basic.impliedContent
            if let fact = implied.fact {
                var marks = implied.marks
                let amount = hasAmount ? fact.amount : nil
                marks.originalExternalID = mark
                basic.content = CallbackContent(
                    Fact(pair: fact.pair, status: fact.status, amount: amount),
                    marks: marks
                )
            } else if let defect = implied.defect {
                let references = implied.references
                basic.content = CallbackContent(
                    defect,
                    references: isHalf ? Array(references.prefix(1)) : references
                )
            }
            return try basic.delivery
        }
    }

    private var random: SplitMix64
    private var said: [Said] = []
    private var kept: [(id: CallbackID, said: Said)] = []
    private var sent: [Inquiry] = []
    private var eventCount = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    // MARK: Choosing

    private mutating func pick<T>(_ values: [T]) -> T {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pair() -> (merchant: String, gateway: String) {
        let base = eventCount / 40
        let number = base + Int.random(in: 0..<4, using: &random)
        let other = chance(90) ? number : base + Int.random(in: 0..<5, using: &random)
        return ("TRX-\(number)", "PAY-\(other)")
    }

    private mutating func reference() throws -> Reference {
        let pair = pair()
        return try #require(Reference(chance(85) ? pair.merchant : pair.gateway))
    }

    private mutating func amount() -> Int64 { pick([1_000_000, 1_000_000, 1_000_000, 700_000]) }

    mutating func policy() -> LedgerPolicy {
        var policy = LedgerPolicy()
        policy.staleTimestamp = pick(LedgerPolicy.StaleTimestamp.allCases)
        policy.confirmWithQuery = pick(LedgerPolicy.ConfirmWithQuery.allCases)
        policy.externalIDConflict = pick(LedgerPolicy.ExternalIDConflict.allCases)
        policy.unknownTransactions = pick(LedgerPolicy.UnknownTransactions.allCases + [.accept])
        policy.amountMismatch = pick(LedgerPolicy.AmountMismatch.allCases)
        policy.referenceRoles = pick(LedgerPolicy.ReferenceRoles.allCases + [.auto])
        policy.isOutbound = chance(80)
        policy.isReconciling = chance(80)
        policy.schedule.scheduleSeconds = pick([[], [0], policy.schedule.scheduleSeconds])
        policy.schedule.whileOpenSeconds = pick([[], [60, 300]])
        policy.schedule.expireAfterSeconds = pick([nil, 0, 3_600])
        policy.schedule.recheckCancelledSeconds = pick([[], [3_600]])
        policy.schedule.recheckSuccessSeconds = pick([[], [60]])
        return policy
    }

    /// Lets time pass, now and then by hours and backwards, within one day of Jakarta: the engine
    /// forgets the owners of other days' X-EXTERNAL-IDs when it is opened.
    mutating func pass(_ clock: TestClock) {
        let hour: Int64 = 3_600_000
        let step: Int64
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<60: step = Int64.random(in: 0...30_000, using: &random)
        case 60..<80: step = Int64.random(in: 60_000...900_000, using: &random)
        case 80..<82: step = Int64.random(in: -9...9, using: &random) * hour
        default: return
        }
        let earliest = TestClock.start - 8 * hour
        let latest = TestClock.start + 12 * hour
        let time = clock.now + step
        let isInside = (earliest...latest).contains(time)
        clock.set(isInside ? time : Int64.random(in: earliest...latest, using: &random))
    }

    // MARK: Events

    /// What happens next: one event, or several in one commit.
    mutating func next(_ test: TestStore, _ mirror: StoreMirror) async throws -> [MirrorEvent] {
        if chance(70) { return [try await event(test, mirror)] }
        var events: [MirrorEvent] = []
        let isMixed = chance(50)
        for _ in 0..<Int.random(in: 2...6, using: &random) {
            let event = isMixed ? try await event(test, mirror) : .deliver(try delivery(test))
            if event.isOneCommit { events.append(event) }
        }
        return events
    }

    private mutating func event(
        _ test: TestStore,
        _ mirror: StoreMirror
    ) async throws -> MirrorEvent {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: .deliver(try delivery(test))
        case 40..<62: try await answer(test)
        case 62..<74: try generation(test)
        case 74..<86: try decision(test, mirror)
        case 86..<91: try await replay(test)
        case 91..<96: try await holdOrResume(test, mirror)
        default: gateway()
        }
    }

    /// Notes what became of a delivery, so that it can be judged again.
    mutating func record(_ event: MirrorEvent, _ outcome: MirrorOutcome) {
        eventCount += 1
        guard case .deliver(let delivery) = event, case .judged(let judgement) = outcome,
            !judgement.isRedelivery
        else { return }
        let digest = delivery.signedDigest
        let found = said.last { (try? $0.delivery().signedDigest) == digest }
        if var found {
            found.basic.received = delivery.receivedMilliseconds
            found.basic.externalID = delivery.externalID
            kept.append((judgement.callbackID, found))
        }
    }

    private mutating func delivery(_ test: TestStore) throws -> Delivery {
        if !said.isEmpty, chance(30) {
            var again = pick(said.suffix(40))
            // The same bytes, or what they say signed once more.
            again.basic.signed = chance(70) ? again.basic.signed : test.clock.now
            again.basic.received = test.clock.now
            if chance(30) { again.basic.externalID = "id-\(eventCount / 40)" }
            if chance(60) { again.basic.failure = nil }
            said.append(again)
            return try again.delivery()
        }
        var new = Said(basic: TestDelivery())
        let pair = pair()
        let isSnap = chance(40)
        new.basic.partner = isSnap ? pair.merchant : pair.gateway
        new.basic.reference = isSnap ? pair.gateway : pair.merchant
        new.basic.status = pick(LatestTransactionStatus.allCases + [.success, .success, .refunded])
        new.basic.sen = amount()
        let id = eventCount / 40 + Int.random(in: 0..<6, using: &random)
        new.basic.externalID = chance(5) ? nil : "id-\(id)"
        new.basic.received = test.clock.now
        new.basic.signed = test.clock.now - (chance(10) ? pick([400_000, -400_000]) : 0)
        new.basic.finishedTime = pick([nil, "10:00", "11:00"])
        if chance(8) { new.basic.failure = pick([.address, .headers, .partner]) }
        new.isBroken = chance(8)
        new.isHalf = new.isBroken && chance(30)
        new.basic.isPairReadable = !new.isBroken || chance(70)
        new.hasAmount = chance(95)
        new.mark = pick([nil, "E-1", "E-2"])
        said.append(new)
        return try new.delivery()
    }

    private mutating func call(_ service: Int, _ reference: Reference, _ now: Int64) -> GatewayCall
    {
        GatewayCall(
            service: service,
            partnerReferenceNo: reference.text,
            externalID: "",
            timestamp: "",
            signedPath: "",
            signature: "",
            requestHead: [],
            requestBody: [],
            responseStatus: nil,
            responseHead: nil,
            responseBody: nil,
            error: "timeout",
            startedMilliseconds: now - Int64.random(in: 0...20_000, using: &random),
            finishedMilliseconds: now
        )
    }

    private mutating func answer(_ test: TestStore) async throws -> MirrorEvent {
        let reader = test.store.reader
        let due = try await reader.inquiries(dueAt: test.clock.now, limit: 20)
        if due.isEmpty || chance(15) {
            sent.append(try await reader.inquiry(try reference()))
        } else {
            sent.append(pick(due))
        }
        // Now and then an answer comes when others have come since.
        let place = chance(80) ? sent.count - 1 : Int.random(in: 0..<sent.count, using: &random)
        let inquiry = chance(10) ? sent[place] : sent.remove(at: place)
        let calls =
            chance(50) ? [call(51, inquiry.partnerReferenceNo, test.clock.now)] : []
        return .record(inquiry, try outcome(of: inquiry), calls)
    }

    private mutating func outcome(of inquiry: Inquiry) throws -> QueryResult {
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return .unavailable
        case 1, 2: return .notFound(responseCode: "4045101")
        case 3: return .refused(responseCode: pick([nil, "4035100"]), detail: "no")
        case 4: return .unauthorized(responseCode: pick([nil, "4015100"]), detail: "who")
        case 5: return .unreadable(detail: "?")
        default: break
        }
        let queried = chance(50) ? inquiry.alternative : nil
        let number = queried ?? inquiry.partnerReferenceNo
        // The number that belongs to it, mostly.
        let own = Reference(
            number.text.hasPrefix("TRX")
                ? number.text.replacing("TRX", with: "PAY")
                : number.text.replacing("PAY", with: "TRX")
        )
        let exact = Amount(sen: amount()).map { ReportedAmount.exact($0) }
        let report = GatewayReport(
            partnerReferenceNo: chance(95) ? number : own ?? number,
            referenceNo: pick([own, own, own, own, Reference(pair().gateway), nil]),
            status: pick(LatestTransactionStatus.allCases + [.success]),
            amount: chance(95) ? exact : nil,
            paidAt: pick([nil, GatewayTime(text: "10:00", milliseconds: nil)])
        )
        return .found(report, queried: number, responseCode: "2005100")
    }

    private mutating func generation(_ test: TestStore) throws -> MirrorEvent {
        let pair = pair()
        if chance(50) {
            var said = TestGeneration()
            said.reference = pair.merchant
            said.sen = amount()
            said.feeSen = pick([0, 0, 0, 100])
            said.validity = pick([.standard, .standard, .seconds(900)])
            said.seconds = pick([-10, 60, 900, 900, 7_200])
            let request = try said.request(at: test.clock.now)
            return .start(request, isConfirmedUnknown: chance(40))
        }
        let number = try #require(Reference(pair.gateway))
        let merchant = try #require(Reference(pair.merchant))
        let result: GenerationResult = pick([
            .accepted(referenceNo: number, qrContent: "0002", warnings: []),
            .accepted(referenceNo: number, qrContent: "0001", warnings: ["odd", "odder"]),
            .codeRefused(referenceNo: number, problem: .checksum),
            .notAccepted("no"), .unknown("timeout"),
        ])
        return .finish(merchant, result, chance(50) ? call(47, merchant, test.clock.now) : nil)
    }

    private mutating func decision(
        _ test: TestStore,
        _ mirror: StoreMirror
    ) throws -> MirrorEvent {
        let open = mirror.entries.filter(\.isOpen)
        let status = pick(LatestTransactionStatus.allCases.map { $0 } + [nil, nil, .success])
        var decision = OperatorDecision(note: "as the bank says", name: "ops", accept: status)
        if chance(50) { decision.amount = Amount(sen: amount()) }
        let isDryRun = chance(15)
        if chance(8) {
            let time = test.clock.now - Int64.random(in: 0...3_600_000, using: &random)
            decision.accept = nil
            let kind = open.isEmpty ? .unresolvedPayment : pick(open).kind
            return .resolveAll(kind, openedBefore: time, decision)
        }
        // Of this payment, another one, or none.
        if chance(20), !kept.isEmpty { decision.callbackID = pick(Array(kept.suffix(60))).id }
        if chance(2) { decision.callbackID = 1_000_000 }
        if chance(40) || open.isEmpty {
            return .accept(try reference(), decision, isDryRun: isDryRun)
        }
        let entry = chance(95) ? pick(open.suffix(20)) : pick(mirror.entries)
        if chance(30) { decision.callbackID = entry.events.last?.callbackID }
        return .resolve(entry.id, decision, isDryRun: isDryRun)
    }

    private mutating func replay(_ test: TestStore) async throws -> MirrorEvent {
        if chance(15) { return try await replayRefused(test) }
        var requests: [ReplayRequest] = []
        let isDryRun = chance(20)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !kept.isEmpty {
            let place = pick(Array(kept.indices.suffix(60)))
            if !isDryRun, chance(40) { try read(place) }
            let (id, said) = kept[place]
            requests.append(ReplayRequest(callbackID: id, delivery: try said.delivery()))
        }
        return .replay(requests, isDryRun: isDryRun)
    }

    /// From now on the program can read this callback, or knows that it is for us.
    ///
    /// Then the same bytes come no more: an engine looks for what was kept without references only
    /// when they cannot be read again.
    private mutating func read(_ place: Int) throws {
        kept[place].said.isRead = true
        if kept[place].said.basic.failure == .partner { kept[place].said.basic.failure = nil }
        let digest = try kept[place].said.delivery().signedDigest
        said = try said.filter { try $0.delivery().signedDigest != digest }
    }

    /// A request that was refused, and is authentic by today's keys.
    private mutating func replayRefused(_ test: TestStore) async throws -> MirrorEvent {
        let delivery = try delivery(test)
        test.store.add(
            RejectedRequest(
                receivedMilliseconds: delivery.receivedMilliseconds,
                client: delivery.client,
                head: delivery.head,
                body: delivery.body,
                code: "4015600",
                problem: "Unauthorized",
                externalID: delivery.externalID,
                isPlausible: true
            )
        )
        let page = try await test.store.reader.callbackPage(CallbackFilter(), limit: 100)
        let refused = page.callbacks.first { $0.outcome == .refused && $0.response == nil }
        let id = try #require(refused?.id)
        return .replay([ReplayRequest(callbackID: id, delivery: delivery)], isDryRun: chance(20))
    }

    private mutating func holdOrResume(
        _ test: TestStore,
        _ mirror: StoreMirror
    ) async throws -> MirrorEvent {
        if chance(20) { return .resumeAll }
        let ids = mirror.payments.suffix(20).map(\.id).filter { _ in chance(30) }
        if chance(40) { return .resume(ids) }
        let due = try await test.store.reader.deadlines(
            dueAt: test.clock.now,
            includesQueries: chance(50),
            limit: 20
        )
        return .hold(due.isEmpty ? ids : due, reason: "no query is sent")
    }

    private mutating func gateway() -> MirrorEvent {
        let kind: AttentionKind = pick([.gatewayUnreachable, .gatewayUnauthorized])
        return chance(60) ? .raise(kind, detail: "HTTP 503") : .close(kind, note: "it answers")
    }
}
