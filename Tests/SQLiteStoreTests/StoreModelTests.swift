import Foundation
import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import Store

/// Random callbacks, answers to queries and decisions of operators, judged by the store and by
/// ``StoreModel``: same answers, same feed, same payments.
///
/// 1. Few references, ids, amounts and statuses, so that callbacks meet: as redeliveries,
///    duplicates, conflicts, contradictions, mismatches, in both orders of the pair.
/// 2. Time goes on, over midnights; some callbacks are stale.
/// 3. Several are delivered at once, and the store is closed and opened again at random.
/// 4. With every second seed the gateway is asked, and with every fourth operators decide. There
///    all callbacks bear whole pairs, and with operators one amount: what differs is the subject
///    of ``StoreMirrorTests``.
///
/// `MODEL_SEED` runs one seed, `MODEL_COUNT` sets the callbacks of each.
@Suite struct StoreModelTests {
    private struct Source {
        var random: SplitMix64
        let asks: Bool
        let decides: Bool
        var earlier: [TestDelivery] = []

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

        mutating func status() -> LatestTransactionStatus {
            let all = LatestTransactionStatus.allCases
            return all[number(0...all.count - 1)]
        }

        mutating func next(_ now: Int64) -> TestDelivery {
            if chance(20), let again = earlier.randomElement(using: &random) {
                var redelivery = again
                redelivery.signed = again.signed ?? again.received - again.signedSecondsAgo * 1_000
                redelivery.received = now
                if chance(30) { redelivery.externalID = "id-\(number(1...12))" }
                return redelivery
            }
            var delivery = TestDelivery()
            let payment = number(1...12)
            delivery.partner = "PAY-\(chance(90) || asks ? payment : number(1...12))"
            delivery.reference = "TRX-\(payment)"
            if chance(25) {
                (delivery.partner, delivery.reference) = (delivery.reference, delivery.partner)
            }
            delivery.status = status()
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
        let setRules = { (policy: inout LedgerPolicy) in
            policy.isOutbound = asks
            policy.externalIDConflict = rules.rejectsConflicts ? .reject : .flag
            policy.amountMismatch = rules.rejectsMismatches ? .reject : .flag
            policy.unknownTransactions = rules.rejectsUnknown ? .reject : .accept
        }
        var test = try await TestStore(setRules)
        var delivered = 0
        while delivered < Self.count {
            test.clock.advance(milliseconds: Int64(source.number(0...400_000)))
            let batch = (0..<source.number(1...20)).map { _ in source.next(test.clock.now) }
            try await deliver(batch, to: test, &model, "seed \(seed), after \(delivered)")
            delivered += batch.count
            if source.asks, source.chance(50) { try await ask(&source, test, &model, seed) }
            if source.decides, source.chance(15) { try await decide(&source, test, &model, seed) }
            if source.chance(8) {
                try await compare(test, model)
                test = try await test.reopened(setRules)
            }
        }
        try await compare(test, model)
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
                answer: judgement.answer,
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
        guard !model.payments.isEmpty else { return }
        let index = source.number(0...model.payments.count - 1)
        let said = model.query(source.status(), about: index)
        let payment = model.payments[index]
        let answer = TestAnswer(said.status) {
            $0.partner = payment.merchant
            $0.reference = payment.gateway
            $0.sen = said.sen
        }
        try await test.query(payment.merchant, answer)
        let stored = try #require(try await test.transaction(payment.merchant))
        try #require(stored.status == payment.status, "seed \(seed): \(answer)")
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
                StoreModel.Change(merchant: $0.partnerReferenceNo, from: $0.from, to: $0.to)
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
}
