import Foundation
import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Random callbacks, generate calls, answers to queries and decisions of operators, judged by the
/// store and by ``StoreModel``: same answers, same feed, same payments, same open entries.
///
/// 1. Few references, ids, amounts and statuses, so that callbacks meet: as redeliveries,
///    duplicates, conflicts, contradictions, mismatches, in both orders of the pair.
/// 2. Time goes on, over midnights, now and then by an hour or more, and the clock is set back
///    within a day; some callbacks are stale, and codes expire.
/// 3. Several are delivered at once, and the store is closed and opened again at random.
/// 4. With every second seed codes are generated and the gateway is asked, under each policy of
///    `confirmWithQuery` in turn, and with every fourth operators decide. There all callbacks bear
///    whole pairs, and with operators one amount: what differs is the subject of
///    ``StoreMirrorTests``.
///
/// `MODEL_SEED` runs one seed, `MODEL_COUNT` sets the callbacks of each.
@Suite struct StoreModelTests {
    private struct Source {
        var random: SplitMix64
        let asks: Bool
        let decides: Bool
        var earlier: [TestDelivery] = []

        /// Payments that are not paid: from 1001 on, so that other callbacks are not about them.
        var abandoned = 1_000

        init(seed: UInt64) {
            random = SplitMix64(seed: seed)
            asks = seed.isMultiple(of: 2)
            decides = seed.isMultiple(of: 4)
        }

        mutating func chance(_ percent: Int) -> Bool {
            Int.random(in: 0..<100, using: &random) < percent
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int {
            Int.random(in: range, using: &random)
        }

        /// Lets time pass: minutes, now and then hours; sometimes the clock is set back within its
        /// day, because the engine forgets what other days' ids belong to when it is opened.
        mutating func pass(_ clock: TestClock) {
            if chance(10) {
                let back = Int64(number(1...7_200_000))
                let day = { (time: Int64) in (time + 25_200_000) / 86_400_000 }
                if day(clock.now - back) == day(clock.now) { clock.advance(milliseconds: -back) }
            } else {
                let hours = chance(10) ? 7_200_000 : 0
                clock.advance(milliseconds: Int64(number(0...400_000) + hours))
            }
        }

        mutating func status() -> LatestTransactionStatus {
            let all = LatestTransactionStatus.allCases
            return all[number(0...all.count - 1)]
        }

        /// One of a few at a time, and always new ones, so that not all are final soon.
        mutating func payment() -> Int { earlier.count / 30 + number(1...12) }

        /// A payment that is generated now.
        mutating func generated() -> Int {
            if chance(50) { return payment() }
            abandoned += 1
            return abandoned
        }

        /// A payment that is asked about, and what the gateway says.
        mutating func queried() -> (number: Int, status: LatestTransactionStatus) {
            guard abandoned > 1_000, chance(50) else { return (payment(), status()) }
            let number = max(abandoned - number(0...4), 1_001)
            let unpaid: [LatestTransactionStatus] = [.initiated, .paying, .pending, .notFound]
            return (number, chance(90) ? unpaid[self.number(0...3)] : status())
        }

        mutating func next(_ now: Int64) -> TestDelivery {
            if chance(20), let again = earlier.suffix(120).randomElement(using: &random) {
                var redelivery = again
                redelivery.signed = again.signed ?? again.received - again.signedSecondsAgo * 1_000
                redelivery.received = now
                if chance(30) { redelivery.externalID = "id-\(number(1...12))" }
                return redelivery
            }
            var delivery = TestDelivery()
            let payment = payment()
            delivery.partner = "PAY-\(chance(90) || asks ? payment : self.payment())"
            delivery.reference = "TRX-\(payment)"
            if chance(25) {
                (delivery.partner, delivery.reference) = (delivery.reference, delivery.partner)
            }
            delivery.status = status()
            if asks, chance(5) {
                abandoned += 1
                (delivery.partner, delivery.reference) = ("PAY-\(abandoned)", "TRX-\(abandoned)")
                delivery.status = .initiated
            }
            delivery.sen = chance(85) || decides ? 1_000_000 : Int64(number(1...2))
            delivery.externalID = chance(3) ? nil : "id-\(number(1...60))"
            delivery.received = now
            delivery.signedSecondsAgo = chance(8) ? Int64(number(299...302)) : Int64(number(-2...2))
            delivery.salt = chance(80) ? "" : "\(number(1...3))"
            earlier.append(delivery)
            return delivery
        }
    }

    private static let environment = ProcessInfo.processInfo.environment

    private static let seeds: [UInt64] =
        environment["MODEL_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? Array(1...16)

    private static let count = environment["MODEL_COUNT"].flatMap { Int($0) } ?? 600

    @Test(arguments: seeds)
    func `the store agrees with the model`(seed: UInt64) async throws {
        var source = Source(seed: seed)
        var model = StoreModel()
        model.rejectsConflicts = !seed.isMultiple(of: 3)
        model.rejectsMismatches = !seed.isMultiple(of: 5)
        model.rejectsUnknown = seed == 7
        let rules = model
        let asks = source.asks
        if asks { model.confirms = LedgerPolicy.ConfirmWithQuery.allCases[Int(seed / 2 % 3)] }
        let confirms = model.confirms
        let setRules = { (policy: inout LedgerPolicy) in
            policy.isOutbound = asks
            policy.confirmWithQuery = confirms
            policy.schedule.expireAfterSeconds = 3_600
            // Never ends, so that only what is said raises entries.
            policy.schedule.scheduleSeconds = (0..<20_000).map { $0 * 60 }
            policy.externalIDConflict = rules.rejectsConflicts ? .reject : .flag
            policy.amountMismatch = rules.rejectsMismatches ? .reject : .flag
            policy.unknownTransactions = rules.rejectsUnknown ? .reject : .accept
        }
        var test = try await TestStore(setRules)
        var delivered = 0
        while delivered < Self.count {
            source.pass(test.clock)
            if source.asks, source.chance(60) { try await generate(&source, test, &model, seed) }
            let batch = (0..<source.number(1...20)).map { _ in source.next(test.clock.now) }
            try await deliver(batch, to: test, &model, "seed \(seed), after \(delivered)")
            delivered += batch.count
            for _ in 0..<(source.asks ? source.number(0...4) : 0) {
                try await ask(&source, test, &model, seed)
            }
            if source.decides, source.chance(15) { try await decide(&source, test, &model, seed) }
            if source.chance(8) {
                try await compare(test, model)
                if asks { try await compareEntries(test, model) }
                test = try await test.reopened(setRules)
            }
        }
        try await compare(test, model)
        if asks { try await compareEntries(test, model) }
        await test.store.close()
    }

    private func deliver(
        _ batch: [TestDelivery],
        to test: TestStore,
        _ model: inout StoreModel,
        _ place: String
    ) async throws {
        let results = await test.deliver(try batch.map { try $0.delivery })
        for (delivery, result) in zip(batch, results) {
            let judgement = try result.get()
            let expected = model.deliver(delivery)
            let found = StoreModel.Expected(
                response: judgement.response,
                outcome: expected.outcome == nil ? nil : judgement.outcome,
                sequence: judgement.sequence,
                isRedelivery: judgement.isRedelivery
            )
            try #require(found == expected, "\(place): \(delivery)")
        }
    }

    private func ask(
        _ source: inout Source,
        _ test: TestStore,
        _ model: inout StoreModel,
        _ seed: UInt64
    ) async throws {
        if source.chance(50) { test.clock.advance(milliseconds: 1) }
        model.now = test.clock.now
        let (number, status) = source.queried()
        let pair: Set = ["TRX-\(number)", "PAY-\(number)"]
        let (merchant, gateway) = ("TRX-\(number)", "PAY-\(number)")
        let other: Int64 = source.chance(10) && !source.decides ? 2 : 1_000_000
        let sen = source.chance(80) ? model.expectedSen(status, pair) ?? other : other
        let response = TestAnswer(status) {
            $0.partner = merchant
            $0.reference = gateway
            $0.sen = sen
        }
        try await test.query(merchant, response)
        model.query(StoreModel.Said(status, sen), merchant: merchant, gateway: gateway)
        let expected = model.payment(of: pair).map { model.payments[$0] }
        let stored = try await test.transaction(expected?.merchant ?? merchant)
        try #require(stored?.status == expected?.status, "seed \(seed): \(response)")
    }

    private func generate(
        _ source: inout Source,
        _ test: TestStore,
        _ model: inout StoreModel,
        _ seed: UInt64
    ) async throws {
        model.now = test.clock.now
        let number = source.generated()
        let seconds = Int64(source.number(60...900))
        let isFree = model.generate(
            "TRX-\(number)",
            "PAY-\(number)",
            sen: 1_000_000,
            seconds: seconds
        )
        let start = try await test.begin {
            $0.reference = "TRX-\(number)"
            $0.seconds = seconds
        }
        try #require((start == .started) == isFree, "seed \(seed): \(start) of \(number)")
        if isFree { try await test.accept("TRX-\(number)", as: "PAY-\(number)") }
    }

    private func decide(
        _ source: inout Source,
        _ test: TestStore,
        _ model: inout StoreModel,
        _ seed: UInt64
    ) async throws {
        guard !model.payments.isEmpty else { return }
        let index = source.number(0...model.payments.count - 1)
        let payment = model.payments[index]
        let decision = OperatorDecision(
            note: "the model says so",
            name: "ops",
            accept: source.status(),
            amount: Amount(sen: payment.sen)
        )
        let status = try #require(decision.accept)
        model.now = test.clock.now
        let outcome = try await test.store.accept(
            try #require(Reference(payment.merchant)),
            decision
        )
        let isAllowed = model.accept(status, about: index)
        if case .done = outcome {
            try #require(isAllowed, "seed \(seed): \(status) about \(payment)")
        } else {
            try #require(!isAllowed, "seed \(seed): \(outcome), \(status) about \(payment)")
        }
    }

    private func compare(_ test: TestStore, _ model: StoreModel) async throws {
        let feed = try await test.feed()
        #expect(feed.map(\.sequence) == (0..<model.feed.count).map { Int64($0) + 1 })
        #expect(
            feed.map {
                StoreModel.Change(
                    merchant: $0.partnerReferenceNo,
                    from: $0.from,
                    to: $0.to,
                    source: $0.source
                )
            } == model.feed
        )
        for payment in model.payments {
            let record = try #require(try await test.transaction(payment.merchant))
            #expect(record.referenceNo == payment.gateway)
            #expect(record.status == payment.status)
            #expect(record.amount == Amount(sen: payment.sen))
            #expect(record.transitions.map(\.sequence) == payment.sequences)
            #expect(record.lastSequence == payment.sequences.last)
        }
        #expect(
            try test.integer("SELECT count(*) FROM payments WHERE status IS NOT NULL")
                == Int64(model.payments.count)
        )
    }

    /// The open entries as `number kind`; those of payments that an operator decided about are left
    /// out.
    private func compareEntries(_ test: TestStore, _ model: StoreModel) async throws {
        let decided = Set(
            model.payments.filter(\.isDecidedByOperator).map { number($0.merchant) }
        )
        var filter = AttentionFilter()
        filter.isOpen = true
        let stored = try await test.store.reader.attention(filter, limit: 1_000)
            .map { (number($0.partnerReferenceNo ?? ""), $0.kind) }
        let expected = model.open.map { (number($0.pair.first ?? ""), $0.kind.rawValue) }
        let shown = { (entries: [(Substring, String)]) in
            entries.filter { !decided.contains($0.0) }.map { "\($0.0) \($0.1)" }.sorted()
        }
        try #require(shown(stored) == shown(expected))
    }

    private func number(_ reference: String) -> Substring { reference.dropFirst(4) }
}
