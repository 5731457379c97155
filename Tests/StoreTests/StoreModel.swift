import Payments

/// Rows 5a to 13 of the checks table and the status table of contract section 4, once more and as
/// simply as possible: everything in memory, searched from end to end, for `confirmWithQuery:
/// "never"`, `auto` roles and no queries.
struct StoreModel {
    struct Payment: Equatable {
        let merchant: String
        let gateway: String
        var status: TransactionStatus
        var applied: Set<LatestTransactionStatus>
        let sen: Int64
        var sequences: [Int64]
        var callbackCount: Int64
    }

    struct Change: Equatable {
        let merchant: String
        let from: TransactionStatus?
        let to: TransactionStatus
    }

    struct Expected: Equatable {
        var answer: CallbackAnswer
        var outcome: CallbackOutcome
        var sequence: Int64?
        var isRepetition = false
    }

    private struct Kept {
        let says: TestDelivery
        let outcome: CallbackOutcome
    }

    var rejectsConflicts = true
    var rejectsUnknown = false
    var rejectsMismatches = true
    private(set) var payments: [Payment] = []
    private(set) var feed: [Change] = []
    private var kept: [Kept] = []
    private var owners: [(day: Int64, id: String, says: TestDelivery)] = []

    private func day(_ milliseconds: Int64) -> Int64 { (milliseconds + 7 * 3_600_000) / 86_400_000 }

    private func isSameFact(_ one: TestDelivery, _ other: TestDelivery) -> Bool {
        one.partner == other.partner && one.reference == other.reference
            && one.status == other.status && one.sen == other.sen
    }

    private func signed(_ says: TestDelivery) -> Int64 {
        says.signed ?? says.received - says.signedSecondsAgo * 1_000
    }

    mutating func deliver(_ says: TestDelivery) -> Expected {
        let before = kept.first {
            isSameFact($0.says, says) && $0.says.salt == says.salt
                && signed($0.says) == signed(says)
        }
        if let before {
            var again = says
            again.received = before.says.received
            var expected = judge(again, isConflict: before.outcome == .conflict, owner: nil)
            // Under unchanging rules nothing that was kept without effect gets one later.
            precondition(expected.outcome != .applied, "the model knows no such case")
            expected.outcome = before.outcome
            expected.isRepetition = true
            return expected
        }
        let today = day(says.received)
        let owner = owners.first { $0.day == today && $0.id == says.externalID }
        let isConflict = owner.map { !isSameFact($0.says, says) } ?? false
        let expected = judge(says, isConflict: isConflict, owner: owner?.says, isNew: true)
        kept.append(Kept(says: says, outcome: expected.outcome))
        if owner == nil, expected.answer == .successful, let id = says.externalID {
            owners.append((today, id, says))
        }
        return expected
    }

    private mutating func judge(
        _ says: TestDelivery,
        isConflict: Bool,
        owner: TestDelivery?,
        isNew: Bool = false
    ) -> Expected {
        // An order of the pair fits when it is a payment's.
        let fitting = payments.indices.filter { index in
            let payment = payments[index]
            return [payment.merchant, payment.gateway] == [says.reference, says.partner]
                || [payment.merchant, payment.gateway] == [says.partner, says.reference]
        }
        let isNear = payments.contains {
            [$0.merchant, $0.gateway].contains(says.partner)
                || [$0.merchant, $0.gateway].contains(says.reference)
        }
        let known = fitting.count == 1 ? fitting.first : nil
        // Every callback with a known payment's pair is one of its callbacks.
        if isNew, let known { payments[known].callbackCount += 1 }
        // Row 6.
        let stands = known.map {
            payments[$0].applied.contains(says.status) && payments[$0].sen == says.sen
        }
        if abs(says.received - signed(says)) > 300_000, stands != true {
            return Expected(answer: .successful, outcome: .stale)
        }
        // Row 10.
        if isConflict, rejectsConflicts { return Expected(answer: .conflict, outcome: .conflict) }
        guard let known else {
            if isNear { return Expected(answer: .successful, outcome: .awaitingQuery) }
            return unknown(says)
        }
        // Row 12.
        let movesMoney = says.status == .success || says.status == .refunded
        if movesMoney, payments[known].sen != says.sen, rejectsMismatches {
            return Expected(answer: .invalidAmount, outcome: .mismatch)
        }
        return apply(says, to: known, isDuplicate: owner.map { isSameFact($0, says) } ?? false)
    }

    private mutating func unknown(_ says: TestDelivery) -> Expected {
        if rejectsUnknown {
            return Expected(answer: .transactionNotFound, outcome: .awaitingQuery)
        }
        let status: TransactionStatus
        switch says.status {
        case .success: status = .success
        case .initiated, .paying, .pending: status = .pending
        case .cancelled: status = .cancelled
        case .failed: status = .failed
        case .refunded: return Expected(answer: .successful, outcome: .awaitingQuery)
        case .notFound: return Expected(answer: .successful, outcome: .ignored)
        }
        feed.append(Change(merchant: says.reference, from: nil, to: status))
        payments.append(
            Payment(
                merchant: says.reference,
                gateway: says.partner,
                status: status,
                applied: [says.status],
                sen: says.sen,
                sequences: [Int64(feed.count)],
                callbackCount: 1
            )
        )
        return Expected(answer: .successful, outcome: .applied, sequence: Int64(feed.count))
    }

    /// The status table, a row for each case.
    private mutating func apply(_ says: TestDelivery, to index: Int, isDuplicate: Bool) -> Expected
    {
        let payment = payments[index]
        let isPending = payment.status == .pending
        let to: TransactionStatus
        switch (payment.status, says.status) {
        case (_, .notFound): return Expected(answer: .successful, outcome: .ignored)
        case (.success, .success), (.cancelled, .cancelled), (.failed, .failed):
            return Expected(answer: .successful, outcome: isDuplicate ? .duplicate : .replayed)
        case (_, .refunded): return Expected(answer: .successful, outcome: .awaitingQuery)
        case (.cancelled, .success), (.failed, .success):
            return Expected(answer: .successful, outcome: .awaitingQuery)
        case (_, .success): to = .success
        case (_, .cancelled) where isPending: to = .cancelled
        case (_, .failed) where isPending: to = .failed
        case (_, .initiated) where isPending && !payment.applied.contains(.initiated): to = .pending
        case (_, .paying) where isPending && !payment.applied.contains(.paying): to = .pending
        case (_, .pending) where isPending && !payment.applied.contains(.pending): to = .pending
        default: return Expected(answer: .successful, outcome: .ignored)
        }
        feed.append(Change(merchant: payment.merchant, from: payment.status, to: to))
        payments[index].status = to
        payments[index].applied.insert(says.status)
        payments[index].sequences.append(Int64(feed.count))
        return Expected(answer: .successful, outcome: .applied, sequence: Int64(feed.count))
    }
}
