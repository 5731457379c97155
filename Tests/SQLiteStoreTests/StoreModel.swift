import Ledger
import Payments

/// Rows 5a to 13 of the checks table, the status table, abandoned codes and the open entries of the
/// attention list (contract section 4), once more and as simply as possible: everything in memory,
/// searched from end to end, for `auto` roles.
struct StoreModel {
    struct Payment: Equatable {
        var merchant: String
        var gateway: String
        let sen: Int64
        var status: TransactionStatus
        /// The end of the validity of a code that was generated; nil for any other payment.
        var expires: Int64?
        /// Whether generate or a query has told its pair.
        var isProven: Bool
        var updated: Int64
        var paidSen: Int64?
        /// Whether the time of the last success is known.
        var hasTime = false
        var written: [Said] = []
        var sequences: [Int64] = []
        /// What a query has answered, without that it stands.
        var answered: [Said] = []
        /// Reports since the end of the validity that it is not paid.
        var unpaid = 0
        var isDecidedByOperator = false
        var lastWasOperator = false
    }

    /// A status over an amount.
    struct Said: Hashable {
        let status: LatestTransactionStatus
        let sen: Int64

        init(_ status: LatestTransactionStatus, _ sen: Int64) {
            self.status = status
            self.sen = sen
        }

        init(_ says: TestDelivery) { self.init(says.status, says.sen) }

        var movesMoney: Bool { [.success, .refunded].contains(status) }
    }

    struct Change: Equatable {
        let merchant: String
        let from: TransactionStatus?
        let to: TransactionStatus
        let source: TransitionSource
    }

    struct Expected: Equatable {
        var response: CallbackResponse
        /// Nil when an operator has decided about the payment since: any callback with the fact may
        /// be the one that bears it.
        var outcome: CallbackOutcome?
        var sequence: Int64?
        var isRedelivery = false
    }

    struct Kept {
        let says: TestDelivery
        var outcome: CallbackOutcome
        /// Whether the gateway is asked about it and has not answered.
        var isWaiting: Bool
    }

    /// An open entry of the attention list, about one pair.
    struct Entry: Equatable {
        let pair: Set<String>
        let kind: AttentionKind
        var facts: [Said]
    }

    var rejectsConflicts = true
    var rejectsUnknown = false
    var rejectsMismatches = true
    var confirms = LedgerPolicy.ConfirmWithQuery.never
    var payments: [Payment] = []
    var feed: [Change] = []
    var kept: [Kept] = []
    var open: [Entry] = []
    var now: Int64 = 0
    /// When a query last found anything.
    var known: Int64?
    private var owners: [(day: Int64, id: String, says: TestDelivery)] = []
    private var isSnapProven: Bool?

    // MARK: Callbacks

    mutating func deliver(_ says: TestDelivery) -> Expected {
        now = says.received
        if let index = kept.firstIndex(where: { isSameSigned($0.says, says) }) {
            return redeliver(says, of: index)
        }
        let owner = owner(says)
        let use = owner.map { isSameFact($0, says) ? Use.same : .other($0) } ?? .free
        let verdict = judge(says, use)
        let sequence = perform(verdict, says)
        let isFirst = !kept.contains { $0.isWaiting && isSameFact($0.says, says) }
        kept.append(
            Kept(says: says, outcome: verdict.outcome, isWaiting: verdict.asks && isFirst)
        )
        if verdict.response == .successful { claim(says) }
        for kind in verdict.kinds { raise(kind, pair(says), Said(says)) }
        return Expected(response: verdict.response, outcome: verdict.outcome, sequence: sequence)
    }

    private mutating func redeliver(_ says: TestDelivery, of index: Int) -> Expected {
        let before = kept[index]
        let verdict = judge(before.says, before.outcome == .conflict ? .other(nil) : .free)
        var sequence: Int64?
        if verdict.outcome == .applied {
            precondition(before.outcome != .applied, "nothing is applied twice")
            sequence = perform(verdict, before.says)
            kept[index].outcome = .applied
            kept[index].isWaiting = false
            claim(before.says)
            for kind in verdict.kinds { raise(kind, pair(says), Said(says)) }
        }
        let payment = fitting(says).map { payments[$0] }
        return Expected(
            response: verdict.response,
            outcome: payment?.isDecidedByOperator == true ? nil : kept[index].outcome,
            sequence: sequence,
            isRedelivery: true
        )
    }

    /// What a verdict does to the payments; returns the number of its transition.
    mutating func perform(_ verdict: Verdict, _ says: TestDelivery) -> Int64? {
        if let index = fitting(says), payments[index].isProven, payments[index].expires != nil {
            isSnapProven = says.partner == payments[index].merchant
        }
        switch verdict.effect {
        case .nothing: return nil
        case .learnTime:
            if let index = fitting(says) { payments[index].hasTime = true }
            return nil
        case .advance(let to):
            guard let index = fitting(says) else { return nil }
            return write(to, Said(says), index, .notify, hasTime: true)
        case .create(let to):
            let isSnap = isSnapProven ?? false
            payments.append(
                Payment(
                    merchant: isSnap ? says.partner : says.reference,
                    gateway: isSnap ? says.reference : says.partner,
                    sen: says.sen,
                    status: to,
                    isProven: false,
                    updated: now
                )
            )
            let index = payments.count - 1
            return write(to, Said(says), index, .notify, hasTime: true, isNew: true)
        }
    }

    /// Makes a callback that is answered 2005600 the owner of its id, if that has none.
    mutating func claim(_ says: TestDelivery) {
        guard let id = says.externalID, owner(says) == nil else { return }
        owners.append((day(says.received), id, says))
    }

    private func owner(_ says: TestDelivery) -> TestDelivery? {
        let today = day(says.received)
        return owners.first { $0.day == today && $0.id == says.externalID }?.says
    }

    // MARK: Writing

    @discardableResult
    mutating func write(
        _ to: TransactionStatus,
        _ said: Said,
        _ index: Int,
        _ source: TransitionSource,
        hasTime: Bool = false,
        isNew: Bool = false
    ) -> Int64 {
        let from = isNew ? nil : payments[index].status
        let merchant = payments[index].merchant
        feed.append(Change(merchant: merchant, from: from, to: to, source: source))
        payments[index].status = to
        payments[index].updated = now
        payments[index].sequences.append(Int64(feed.count))
        payments[index].lastWasOperator = source == .operator
        if source != .expiry { payments[index].written.append(said) }
        if to != .pending || payments[index].expires == nil { payments[index].unpaid = 0 }
        if to == .success {
            payments[index].paidSen = said.sen
            payments[index].hasTime = hasTime
        }
        if source != .operator { release(index, by: said.status) }
        return Int64(feed.count)
    }

    // MARK: Searches

    func day(_ milliseconds: Int64) -> Int64 { (milliseconds + 7 * 3_600_000) / 86_400_000 }

    func signed(_ says: TestDelivery) -> Int64 {
        says.signed ?? says.received - says.signedSecondsAgo * 1_000
    }

    func pair(_ says: TestDelivery) -> Set<String> { [says.partner, says.reference] }

    func pair(_ payment: Payment) -> Set<String> { [payment.merchant, payment.gateway] }

    private func isSameFact(_ one: TestDelivery, _ other: TestDelivery) -> Bool {
        pair(one) == pair(other) && Said(one) == Said(other)
    }

    private func isSameSigned(_ one: TestDelivery, _ other: TestDelivery) -> Bool {
        isSameFact(one, other) && one.partner == other.partner && one.salt == other.salt
            && signed(one) == signed(other)
    }

    /// The only payment of a pair.
    func payment(of pair: Set<String>) -> Int? {
        let all = payments.indices.filter { self.pair(payments[$0]) == pair }
        return all.count == 1 ? all.first : nil
    }

    /// The only payment that an order of the pair fits.
    func fitting(_ says: TestDelivery) -> Int? { payment(of: pair(says)) }

    func isNear(_ says: TestDelivery) -> Bool {
        payments.contains { !pair($0).isDisjoint(with: pair(says)) }
    }

    /// The callbacks of a pair that wait, oldest first.
    func waiting(_ pair: Set<String>) -> [Int] {
        kept.indices.filter { kept[$0].isWaiting && self.pair(kept[$0].says) == pair }
    }
}
