import Payments
import SQLite
import Testing

@testable import Store

/// Random callbacks, judged by the store and by ``StoreModel``: same answers, same feed, same
/// payments.
///
/// 1. Few references, ids, amounts and statuses, so that callbacks meet: as repetitions,
///    duplicates, conflicts, contradictions, mismatches, in both orders of the pair.
/// 2. Time goes on, over midnights; some callbacks are stale.
/// 3. Several are delivered at once, and the store is closed and opened again at random.
@Suite struct StoreModelTests {
    private struct Source {
        var random: SplitMix64
        var earlier: [TestDelivery] = []

        mutating func chance(_ percent: Int) -> Bool {
            Int.random(in: 0..<100, using: &random) < percent
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int {
            Int.random(in: range, using: &random)
        }

        mutating func next(_ now: Int64) throws -> TestDelivery {
            if chance(20), let again = earlier.randomElement(using: &random) {
                var repetition = again
                repetition.signed = again.signed ?? again.received - again.signedSecondsAgo * 1_000
                repetition.received = now
                if chance(30) { repetition.externalID = "id-\(number(1...12))" }
                return repetition
            }
            var delivery = TestDelivery()
            let payment = number(1...12)
            delivery.partner = "PAY-\(chance(90) ? payment : number(1...12))"
            delivery.reference = "TRX-\(payment)"
            if chance(25) {
                (delivery.partner, delivery.reference) = (delivery.reference, delivery.partner)
            }
            delivery.status = try #require(
                LatestTransactionStatus.allCases.randomElement(using: &random)
            )
            delivery.sen = chance(85) ? 1_000_000 : Int64(number(1...2))
            delivery.externalID = chance(3) ? nil : "id-\(number(1...60))"
            delivery.received = now
            delivery.signedSecondsAgo = chance(8) ? Int64(number(299...302)) : Int64(number(-2...2))
            delivery.salt = chance(80) ? "" : "\(number(1...3))"
            earlier.append(delivery)
            return delivery
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `the store agrees with the model`(seed: UInt64) async throws {
        var source = Source(random: SplitMix64(seed: seed))
        var model = StoreModel()
        model.rejectsConflicts = !seed.isMultiple(of: 3)
        model.rejectsMismatches = !seed.isMultiple(of: 4)
        model.rejectsUnknown = seed == 7
        let rules = model
        let setRules = { (policy: inout JudgePolicy) in
            policy.externalIDConflict = rules.rejectsConflicts ? .reject : .flag
            policy.amountMismatch = rules.rejectsMismatches ? .reject : .flag
            policy.unknownTransactions = rules.rejectsUnknown ? .reject : .accept
        }
        var test = try await TestStore(setRules)
        var delivered = 0
        while delivered < 600 {
            test.clock.advance(milliseconds: Int64(source.number(0...400_000)))
            let batch = try (0..<source.number(1...20)).map { _ in try source.next(test.clock.now) }
            let results = await test.deliver(try batch.map { try $0.delivery })
            for (delivery, result) in zip(batch, results) {
                delivered += 1
                let judgement = try result.get()
                let expected = model.deliver(delivery)
                let found = StoreModel.Expected(
                    answer: judgement.answer,
                    outcome: judgement.outcome,
                    sequence: judgement.sequence,
                    isRepetition: judgement.isRepetition
                )
                try #require(found == expected, "seed \(seed), delivery \(delivered): \(delivery)")
            }
            if source.chance(8) {
                try await compare(test, model)
                test = try await test.reopened(setRules)
            }
        }
        try await compare(test, model)
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
            try test.integer("SELECT count(*) FROM transactions") == Int64(model.payments.count)
        )
    }
}
