import Payments
import Testing

@testable import Ledger

/// What holds whatever happens, under every policy.
///
/// 1. A few payments get random callbacks, answers, decisions and policies (``RandomLedger``).
/// 2. The feed, the payments, the entries and what waits are compared with one another.
/// 3. A failure names its seed and step, and repeats itself with them.
struct LedgerPropertyTests {
    /// What the feed has said so far, and what was seen of the payments before.
    private struct Model {
        var count = 0
        var last: [Payment.ID: Transition] = [:]
        var paid: [Payment.ID: Amount?] = [:]
        var refunded: [Payment.ID: Amount?] = [:]
        var revisions: [Payment.ID: Int64] = [:]
        var pairs: [Payment.ID: ReferencePair] = [:]

        /// Reads what is new in the feed, and returns what is wrong there.
        mutating func read(_ feed: [Transition]) -> [String] {
            var problems: [String] = []
            for transition in feed[count...] {
                count += 1
                if transition.sequence != Int64(count) { problems.append("a gap before \(count)") }
                let before = last[transition.paymentID]
                if transition.previousSequence != before?.sequence {
                    problems.append("\(count) does not follow its payment's last transition")
                }
                let isFirst = before == nil && [nil, .created].contains(transition.from)
                if transition.from != before?.to, !isFirst {
                    problems.append("\(count) comes from \(String(describing: transition.from))")
                }
                last[transition.paymentID] = transition
                if transition.to == .success { paid[transition.paymentID] = transition.amount }
                if transition.to == .refunded {
                    refunded[transition.paymentID] = transition.amount
                }
            }
            return problems
        }

        /// Compares a payment with the feed and with what it was before.
        mutating func check(_ payment: Payment) -> [String] {
            var problems: [String] = []
            let id = payment.id
            let status = last[id]?.to ?? (payment.isConfirmed ? .created : nil)
            if payment.status != status { problems.append("\(id): its status is not the feed's") }
            if payment.lastSequence != last[id]?.sequence ?? 0 { problems.append("\(id): last") }
            if payment.paidAmount != paid[id] ?? nil { problems.append("\(id): its paid amount") }
            if payment.refundedAmount != refunded[id] ?? nil {
                problems.append("\(id): its refunded amount")
            }
            if payment.revision < revisions[id] ?? 0 { problems.append("\(id): its revision") }
            revisions[id] = payment.revision
            guard payment.isCorroborated, let pair = payment.pair else { return problems }
            if let known = pairs[id],
                known != pair
                    || known.originalPartnerReferenceNo != pair.originalPartnerReferenceNo
            {
                problems.append("\(id): its references changed")
            }
            pairs[id] = pair
            return problems
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what happens at random keeps every invariant`(seed: UInt64) throws {
        var random = RandomLedger(seed: seed)
        var model = Model()
        for step in 1...2_000 {
            try random.step()
            // The feed keeps what happened in between.
            guard step.isMultiple(of: 10) else { continue }
            let ledger = random.ledger
            var problems = model.read(ledger.feed)
            for payment in ledger.view.payments.all { problems += model.check(payment) }
            problems += Self.openEntryProblems(ledger) + Self.waitingProblems(ledger)
            problems += Self.namesakes(ledger)
            try #require(problems == [], "seed \(seed), step \(step)")
        }
    }

    private static func openEntryProblems(_ ledger: TestLedger) -> [String] {
        var problems: [String] = []
        var seen: [AttentionSubject: Set<AttentionKind>] = [:]
        for entry in ledger.view.entries.values where entry.isOpen {
            if !seen[entry.subject, default: []].insert(entry.kind).inserted {
                problems.append("two open entries \(entry.kind) about \(entry.subject)")
            }
            if ledger.storedEvents[entry.id] != entry.events {
                problems.append("\(entry.id): not all of its events are stored")
            }
            if entry.events.count > AttentionEntry.eventsMax || entry.events.isEmpty {
                problems.append("\(entry.id): \(entry.events.count) events")
            }
        }
        return problems
    }

    /// One waiting callback for a fact, and each is asked about, held or decided.
    private static func waitingProblems(_ ledger: TestLedger) -> [String] {
        var problems: [String] = []
        for payment in ledger.view.payments.all {
            let id = payment.id
            let waiting = ledger.view.waiting(id)
            let isAsked = ledger.view.inquiries[id] != nil
            let isHeld = isAsked || !ledger.view.openEntries(.payment(id)).isEmpty
            if payment.mergedInto != nil {
                if isHeld || !waiting.isEmpty { problems.append("\(id): it was merged") }
                continue
            }
            let facts = waiting.compactMap(\.content.fact)
            if Set(facts).count != waiting.count { problems.append("\(id): two wait alike") }
            if payment.status == .pending, payment.origin == .generate, !isHeld {
                problems.append("\(id): an open payment is not followed")
            }
            if isAsked || waiting.isEmpty { continue }
            // What was said, decided or resolved, where the entry kept it.
            let entries = ledger.view.entries.values.filter { $0.subject == .payment(id) }
            var held = Set(entries.filter(\.isOpen).flatMap(\.events).compactMap(\.fact))
            held.formUnion(ledger.view.decisions(of: id).compactMap(\.fact))
            let isFull = entries.contains { $0.events.count == AttentionEntry.eventsMax }
            for fact in facts where !held.contains(fact) && !payment.stands(fact) && !isFull {
                problems.append("\(id): nothing follows \(fact)")
            }
        }
        return problems
    }

    /// A merchant's number is that of one transaction.
    private static func namesakes(_ ledger: TestLedger) -> [String] {
        let names = ledger.view.payments.all.filter(\.isConfirmed).map(\.partnerReferenceNo)
        return Set(names).count == names.count ? [] : ["two transactions of one number"]
    }
}
