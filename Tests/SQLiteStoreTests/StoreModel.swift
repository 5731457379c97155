import Ledger
import Payments

/// Rows 5a to 13 of the checks table and the status table of contract section 4, once more and as
/// simply as possible: everything in memory, searched from end to end, for `confirmWithQuery:
/// "never"` and `auto` roles.
struct StoreModel {
    struct Payment: Equatable {
        let merchant: String
        let gateway: String
        let sen: Int64
        var status: TransactionStatus
        var paidSen: Int64?
        var written: [Said] = []
        var sequences: [Int64] = []
        /// What a query has answered, without that it stands.
        var answered: [Said] = []
        var isDecidedByOperator = false
    }

    /// A status over an amount.
    struct Said: Hashable {
        let status: LatestTransactionStatus
        let sen: Int64
    }

    struct Change: Equatable {
        let merchant: String
        let from: TransactionStatus?
        let to: TransactionStatus
    }

    struct Expected: Equatable {
        var answer: CallbackAnswer
        /// Nil when an operator has decided about the payment since: any callback with the fact may
        /// be the one that bears it.
        var outcome: CallbackOutcome?
        var sequence: Int64?
        var isRedelivery = false
    }

    private struct Kept {
        let says: TestDelivery
        var outcome: CallbackOutcome
        /// Whether the gateway is asked about it and has not answered.
        var isWaiting: Bool
    }

    var rejectsConflicts = true
    var rejectsUnknown = false
    var rejectsMismatches = true
    private(set) var payments: [Payment] = []
    private(set) var feed: [Change] = []
    private var kept: [Kept] = []
    private var owners: [(day: Int64, id: String, says: TestDelivery)] = []

    // MARK: Callbacks

    mutating func deliver(_ says: TestDelivery) -> Expected {
        if let index = kept.firstIndex(where: { isSameSigned($0.says, says) }) {
            return redeliver(says, of: kept[index])
        }
        let today = day(says.received)
        let owner = owners.first { $0.day == today && $0.id == says.externalID }
        let isConflict = owner.map { !isSameFact($0.says, says) } ?? false
        let expected = judge(says, isConflict: isConflict, owner: owner?.says)
        let asked: [CallbackOutcome] = [.awaitingQuery, .conflict, .stale]
        let isAsked = expected.outcome.map { asked.contains($0) } ?? false
        kept.append(
            Kept(says: says, outcome: expected.outcome ?? .invalid, isWaiting: isAsked)
        )
        if owner == nil, expected.answer == .successful, let id = says.externalID {
            owners.append((today, id, says))
        }
        return expected
    }

    private mutating func redeliver(_ says: TestDelivery, of before: Kept) -> Expected {
        var again = says
        again.received = before.says.received
        var expected = judge(again, isConflict: before.outcome == .conflict, owner: nil)
        precondition(expected.outcome != .applied, "nothing kept without effect gets one later")
        let payment = fitting(says).map { payments[$0] }
        expected.outcome = payment?.isDecidedByOperator == true ? nil : before.outcome
        expected.isRedelivery = true
        return expected
    }

    private mutating func judge(
        _ says: TestDelivery,
        isConflict: Bool,
        owner: TestDelivery?
    ) -> Expected {
        let known = fitting(says)
        let said = Said(status: says.status, sen: says.sen)
        let stands = known.map { payments[$0].written.contains(said) } ?? false
        // Row 6.
        if abs(says.received - signed(says)) > 300_000, !stands {
            return Expected(answer: .successful, outcome: .stale)
        }
        // Row 10.
        let isAnswered = known.map { payments[$0].answered.contains(said) } ?? false
        if isConflict, rejectsConflicts, !stands, !isAnswered {
            return Expected(answer: .conflict, outcome: .conflict)
        }
        guard let known else {
            if isNear(says) { return Expected(answer: .successful, outcome: .awaitingQuery) }
            return unknown(says)
        }
        // Row 12.
        if !stands, rejectsMismatches, isMismatch(says, payments[known]) {
            return Expected(answer: .invalidAmount, outcome: .mismatch)
        }
        return apply(says, to: known, isDuplicate: owner.map { isSameFact($0, says) } ?? false)
    }

    private func isMismatch(_ says: TestDelivery, _ payment: Payment) -> Bool {
        switch (says.status, payment.status) {
        case (.success, .success), (.success, .refunded): false
        case (.success, _): says.sen != payment.sen
        case (.refunded, _): says.sen != payment.paidSen ?? payment.sen
        default: false
        }
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
        payments.append(
            Payment(
                merchant: says.reference,
                gateway: says.partner,
                sen: says.sen,
                status: status
            )
        )
        let sequence = write(status, says.status, says.sen, payments.count - 1, isNew: true)
        return Expected(answer: .successful, outcome: .applied, sequence: sequence)
    }

    /// The status table for callbacks, a row for each case.
    private mutating func apply(_ says: TestDelivery, to index: Int, isDuplicate: Bool) -> Expected
    {
        let payment = payments[index]
        let isPending = payment.status == .pending
        let isNew = !payment.written.contains { $0.status == says.status }
        let to: TransactionStatus
        switch (payment.status, says.status) {
        case (_, .notFound): return Expected(answer: .successful, outcome: .ignored)
        case (.success, .success), (.cancelled, .cancelled), (.failed, .failed),
            (.refunded, .refunded):
            return Expected(answer: .successful, outcome: isDuplicate ? .duplicate : .replayed)
        case (_, .refunded), (.cancelled, .success), (.failed, .success):
            return Expected(answer: .successful, outcome: .awaitingQuery)
        case (.pending, .success): to = .success
        case (_, .cancelled) where isPending: to = .cancelled
        case (_, .failed) where isPending: to = .failed
        case (_, .initiated) where isPending && isNew: to = .pending
        case (_, .paying) where isPending && isNew: to = .pending
        case (_, .pending) where isPending && isNew: to = .pending
        default: return Expected(answer: .successful, outcome: .ignored)
        }
        let sequence = write(to, says.status, says.sen, index)
        return Expected(answer: .successful, outcome: .applied, sequence: sequence)
    }

    // MARK: Queries and operators

    /// What the gateway answers about a payment, over the amount that is expected of it.
    mutating func query(_ status: LatestTransactionStatus, about index: Int) -> Said {
        let payment = payments[index]
        let isPaid = payment.status == .success || payment.status == .refunded
        let isOfPaid = status == .refunded || status == .success && isPaid
        let said = Said(
            status: status,
            sen: isOfPaid ? payment.paidSen ?? payment.sen : payment.sen
        )
        if status == .notFound { return said }
        if let to = queried(status, payment) {
            write(to, status, said.sen, index)
            let waiting = kept.firstIndex { kept in
                kept.isWaiting && isOf(payments[index], kept.says)
                    && Said(status: kept.says.status, sen: kept.says.sen) == said
            }
            if let waiting { kept[waiting].outcome = .applied }
        }
        for position in kept.indices where kept[position].isWaiting {
            let says = kept[position].says
            let claim = Said(status: says.status, sen: says.sen)
            guard isOf(payments[index], says), ends(says.status, status) else { continue }
            kept[position].isWaiting = false
            if !payments[index].written.contains(claim) { payments[index].answered.append(claim) }
        }
        return said
    }

    /// The status table for queries.
    private func queried(
        _ status: LatestTransactionStatus,
        _ payment: Payment
    ) -> TransactionStatus? {
        let isOpen = payment.status == .pending
        switch status {
        case .success: return [.success, .refunded].contains(payment.status) ? nil : .success
        case .refunded: return payment.status == .refunded ? nil : .refunded
        case .cancelled: return isOpen ? .cancelled : nil
        case .failed: return isOpen ? .failed : nil
        case .initiated, .paying, .pending:
            let isNew = !payment.written.contains { $0.status == status }
            return isOpen && isNew ? .pending : nil
        case .notFound: return nil
        }
    }

    /// Whether an answer ends the wait for what a callback claims.
    private func ends(_ claim: LatestTransactionStatus, _ answer: LatestTransactionStatus) -> Bool {
        if claim == answer { return true }
        let moves: [LatestTransactionStatus] = [.success, .refunded]
        if moves.contains(claim) { return claim == .success && answer == .refunded }
        return moves.contains(answer) || [.cancelled, .failed].contains(answer)
    }

    /// What an operator accepts over the payment's own amount; false when it is not allowed.
    mutating func accept(_ status: LatestTransactionStatus, about index: Int) -> Bool {
        let payment = payments[index]
        let undone: [LatestTransactionStatus: TransactionStatus] = [
            .success: .success, .refunded: .refunded, .cancelled: .cancelled, .failed: .failed,
        ]
        guard let to = undone[status] else { return false }
        if payment.isDecidedByOperator, lastWasOperator.contains(index) {
            // Its amount is always the payment's own.
            if payment.status == to { return true }
        } else {
            if payment.status == to, to != .success { return true }
            guard queried(status, payment) != nil else { return false }
        }
        write(to, status, payment.sen, index)
        payments[index].isDecidedByOperator = true
        lastWasOperator.insert(index)
        return true
    }

    private var lastWasOperator: Set<Int> = []

    @discardableResult
    private mutating func write(
        _ to: TransactionStatus,
        _ status: LatestTransactionStatus,
        _ sen: Int64,
        _ index: Int,
        isNew: Bool = false
    ) -> Int64 {
        let from = isNew ? nil : payments[index].status
        feed.append(Change(merchant: payments[index].merchant, from: from, to: to))
        payments[index].status = to
        payments[index].written.append(Said(status: status, sen: sen))
        payments[index].sequences.append(Int64(feed.count))
        if to == .success { payments[index].paidSen = sen }
        lastWasOperator.remove(index)
        return Int64(feed.count)
    }

    // MARK: Searches

    private func day(_ milliseconds: Int64) -> Int64 { (milliseconds + 7 * 3_600_000) / 86_400_000 }

    private func signed(_ says: TestDelivery) -> Int64 {
        says.signed ?? says.received - says.signedSecondsAgo * 1_000
    }

    private func isSameFact(_ one: TestDelivery, _ other: TestDelivery) -> Bool {
        Set([one.partner, one.reference]) == Set([other.partner, other.reference])
            && one.status == other.status && one.sen == other.sen
    }

    private func isSameSigned(_ one: TestDelivery, _ other: TestDelivery) -> Bool {
        isSameFact(one, other) && one.partner == other.partner && one.salt == other.salt
            && signed(one) == signed(other)
    }

    private func isOf(_ payment: Payment, _ says: TestDelivery) -> Bool {
        Set([payment.merchant, payment.gateway]) == Set([says.partner, says.reference])
    }

    /// The only payment that an order of the pair fits.
    private func fitting(_ says: TestDelivery) -> Int? {
        let all = payments.indices.filter { isOf(payments[$0], says) }
        return all.count == 1 ? all.first : nil
    }

    private func isNear(_ says: TestDelivery) -> Bool {
        payments.contains {
            [$0.merchant, $0.gateway].contains(says.partner)
                || [$0.merchant, $0.gateway].contains(says.reference)
        }
    }
}
