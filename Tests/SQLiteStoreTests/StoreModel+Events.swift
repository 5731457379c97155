import Ledger
import Payments

/// Generate, queries, the end of abandoned codes, and operators.
extension StoreModel {
    // MARK: Generate

    /// A call that the gateway accepts at once; false when the reference is not free.
    mutating func generate(
        _ merchant: String,
        _ gateway: String,
        sen: Int64,
        seconds: Int64
    ) -> Bool {
        let pair: Set = [merchant, gateway]
        if payment(of: pair) != nil { return false }
        payments.append(
            Payment(
                merchant: merchant,
                gateway: gateway,
                sen: sen,
                status: .created,
                expires: now + seconds * 1_000,
                isProven: true,
                updated: now
            )
        )
        write(.pending, Said(.initiated, sen), payments.count - 1, .generate)
        for index in waiting(pair) where kept[index].isWaiting {
            let says = kept[index].says
            let verdict = judge(says, .free, checksAge: false)
            if verdict.asks {
                for kind in verdict.kinds where kind != .unconfirmedRefund {
                    raise(kind, pair, Said(says))
                }
                continue
            }
            kept[index].isWaiting = false
            _ = perform(verdict, says)
            if verdict.outcome == .applied {
                kept[index].outcome = .applied
                claim(says)
            }
            for kind in verdict.kinds { raise(kind, pair, Said(says)) }
            close(pair, by: says.status)
        }
        return true
    }

    // MARK: Queries

    /// What the gateway is expected to say of an amount.
    func expectedSen(_ status: LatestTransactionStatus, _ pair: Set<String>) -> Int64? {
        guard let index = payment(of: pair) else { return nil }
        let payment = payments[index]
        let isPaid = payment.status == .success || payment.status == .refunded
        let isOfPaid = status == .refunded || status == .success && isPaid
        return isOfPaid ? payment.paidSen ?? payment.sen : payment.sen
    }

    /// What the gateway answers about a pair, whose references it knows.
    mutating func query(_ said: Said, merchant: String, gateway: String) {
        let pair: Set = [merchant, gateway]
        guard let index = payment(of: pair) else {
            return queryUnknown(said, pair, merchant: merchant, gateway: gateway)
        }
        if payments[index].status == .pending, payments[index].updated > now + 1_000 {
            payments[index].updated = now
        }
        if said.status == .notFound { return noteUnpaid(said.status, index) }
        known = now
        payments[index].isProven = true
        // A guess of the roles is put right.
        (payments[index].merchant, payments[index].gateway) = (merchant, gateway)
        let payment = payments[index]
        let isPaid = payment.status == .success || payment.status == .refunded
        let stands = payment.written.contains(said)
        if said.movesMoney, !stands, !(isPaid && said.status == .success),
            said.sen != expectedSen(said.status, pair)
        {
            raise(.amountMismatch, pair, said)
            if rejectsMismatches { return }
        }
        if let to = queried(said.status, payment) {
            if to == .refunded, payment.status != .success { raise(.unexpectedRefund, pair, said) }
            write(to, said, index, by: pair)
        } else if let kind = contradiction(said, payment, stands: stands) {
            raise(kind, pair, said)
        }
        resolve(said.status, index)
    }

    /// The first that is known of a pair but for callbacks.
    private mutating func queryUnknown(
        _ said: Said,
        _ pair: Set<String>,
        merchant: String,
        gateway: String
    ) {
        let claims = waiting(pair).map { kept[$0].says }
        // An answer counts for callbacks that were received before it was asked for.
        let isCurrent = claims.allSatisfy { $0.received < now }
        guard said.status != .notFound, isCurrent || said.status == .success,
            let to = Self.outcome(of: said.status)
        else { return }
        known = now
        let sens = claims.filter { $0.status == said.status }.map(\.sen)
        if said.movesMoney, !sens.isEmpty, !sens.contains(said.sen) {
            raise(.amountMismatch, pair, said)
            if rejectsMismatches { return }
        }
        if to == .refunded { raise(.unexpectedRefund, pair, said) }
        payments.append(
            Payment(
                merchant: merchant,
                gateway: gateway,
                sen: said.sen,
                status: to,
                isProven: true,
                updated: now
            )
        )
        write(to, said, payments.count - 1, by: pair, isNew: true)
        resolve(said.status, payments.count - 1)
    }

    /// Writes what a query says, in the name of the callback that waited with the same.
    private mutating func write(
        _ to: TransactionStatus,
        _ said: Said,
        _ index: Int,
        by pair: Set<String>,
        isNew: Bool = false
    ) {
        let confirmed = waiting(pair).last { Said(kept[$0].says) == said }
        write(to, said, index, .query, hasTime: confirmed != nil, isNew: isNew)
        guard let confirmed else { return }
        kept[confirmed].outcome = .applied
        kept[confirmed].isWaiting = false
        claim(kept[confirmed].says)
    }

    private func contradiction(
        _ said: Said,
        _ payment: Payment,
        stands: Bool
    ) -> AttentionKind? {
        switch (payment.status, said.status) {
        case (.success, .success):
            stands || said.sen == payment.paidSen ? nil : .possibleSecondPayment
        // A query tells no time here, so nothing shows that it is the refunded success.
        case (.refunded, .success): .paymentAfterRefund
        case (.success, .cancelled), (.success, .failed): .contradictsSuccess
        default: nil
        }
    }

    /// Ends what waits for an answer, and closes entries about it.
    private mutating func resolve(_ status: LatestTransactionStatus, _ index: Int) {
        let pair = pair(payments[index])
        for position in waiting(pair) where ends(kept[position].says.status, status) {
            end(position, index)
        }
        close(pair, by: status)
        if [.initiated, .paying, .pending].contains(status) { noteUnpaid(status, index) }
    }

    private mutating func end(_ position: Int, _ index: Int) {
        kept[position].isWaiting = false
        let claim = Said(kept[position].says)
        if !payments[index].written.contains(claim) { payments[index].answered.append(claim) }
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
    private func ends(_ claim: LatestTransactionStatus, _ report: LatestTransactionStatus) -> Bool {
        if claim == report { return true }
        let moves: [LatestTransactionStatus] = [.success, .refunded]
        if moves.contains(claim) { return claim == .success && report == .refunded }
        return moves.contains(report) || [.cancelled, .failed].contains(report)
    }

    // MARK: Abandoned codes

    private mutating func noteUnpaid(_ status: LatestTransactionStatus, _ index: Int) {
        let payment = payments[index]
        let pair = pair(payment)
        guard payment.status == .pending else { return }
        if status == .notFound {
            guard let known, abs(now - known) <= 86_400_000 else {
                let fact = Said(.notFound, 0)
                if payment.expires != nil { raise(.ownPaymentUnknown, pair, fact) }
                return
            }
            open.removeAll { $0.pair == pair && $0.kind == .ownPaymentUnknown }
        }
        let end = payment.expires ?? payment.updated + 900_000
        guard now >= end else { return }
        payments[index].unpaid += 1
        let isMoneyClaimed = waiting(pair).contains { Said(kept[$0].says).movesMoney }
        guard now >= end + 3_600_000, payments[index].unpaid >= 2, !isMoneyClaimed,
            !open.contains(where: { $0.pair == pair })
        else { return }
        write(.cancelled, Said(status, payment.sen), index, .expiry)
    }

    // MARK: Operators

    /// What an operator accepts over the payment's own amount; false when it is not allowed.
    mutating func accept(_ status: LatestTransactionStatus, about index: Int) -> Bool {
        let payment = payments[index]
        guard let to = Self.outcome(of: status), to != .pending else { return false }
        let said = Said(status, payment.sen)
        let isUndone = payment.lastWasOperator
        if !isUndone, payment.status != to || to == .success, queried(status, payment) == nil {
            return false
        }
        if payment.status != to { write(to, said, index, .operator) }
        payments[index].isDecidedByOperator = true
        for position in waiting(pair(payment)) {
            let claim = Said(kept[position].says)
            let stands = payments[index].written.contains(claim)
            if stands || claim.status == status { end(position, index) }
        }
        return true
    }
}
