package import Payments

/// A payment as stored in another database: the one that a restore set aside.
///
/// A row: one property for each column that recovery needs.
package struct SetAsidePayment: Equatable, Sendable {
    package let partnerReferenceNo: Reference
    package let referenceNo: Reference?
    package let roles: Payment.Roles

    /// Nil where the payment was unconfirmed.
    package let status: TransactionStatus?

    /// The paid amount, else the expected one.
    package let amount: Amount?
    package let refundedAmount: Amount?

    package init(_ payment: Payment) {
        partnerReferenceNo = payment.partnerReferenceNo
        referenceNo = payment.referenceNo
        roles = payment.roles
        status = payment.status
        amount = payment.paidAmount ?? payment.expectedAmount
        refundedAmount = payment.refundedAmount
    }

    /// Its references: one or two.
    package var references: [Reference] {
        referenceNo.map { [partnerReferenceNo, $0] } ?? [partnerReferenceNo]
    }
}

// Transitions that a restore has removed are not in the feed. The other database is not a source of
// facts, since it may be damaged: the gateway is queried, and an entry shows what was stored there.
extension Ledger {
    /// Follows up a payment that another database has in a later state, or that only it has.
    ///
    /// The payment is queried at once where that is possible. A final status raises an entry as
    /// well, because consumers may have acted on a transition that the restored feed does not have.
    /// An unpaid code needs no review as long as a query or its own schedule decides about it.
    ///
    /// - Parameter place: the path of the other database, for the text of the entry.
    package mutating func recover(_ remembered: SetAsidePayment, from place: String) {
        let payment =
            view.confirmed(named: remembered.partnerReferenceNo)
            ?? view.unconfirmed(remembered.references) ?? create(remembered)
        if policy.canQuery { scheduleQueryNow(payment.id) }
        // The query, or the schedule of a stored payment, tells what becomes of an unpaid code.
        let isFollowed = policy.canQuery || payment.isConfirmed
        if let status = remembered.status, !status.isFinal, isFollowed { return }
        var text = "the database before a restore (\(place)) "
        if let status = remembered.status {
            text += "has it as \(status.word)"
            if let amount = remembered.amount { text += ", IDR \(amount)" }
            if let refunded = remembered.refundedAmount { text += ", refunded IDR \(refunded)" }
            if let reference = remembered.referenceNo { text += ", referenceNo \(reference)" }
        } else {
            text += "has only unconfirmed callbacks about it"
        }
        raise(.unresolvedPayment, about: payment, cause: "restore", text)
    }

    /// Creates an unconfirmed payment: only the gateway can confirm it.
    private mutating func create(_ remembered: SetAsidePayment) -> Payment {
        var payment = Payment(
            id: assignPaymentID(),
            partnerReferenceNo: remembered.partnerReferenceNo,
            referenceNo: remembered.referenceNo,
            status: nil,
            origin: .query,
            atMilliseconds: now
        )
        payment.roles = remembered.roles
        emit(.createPayment(Shared(payment)))
        return payment
    }

    /// Plans queries, due at once, about open payments and waiting callbacks, in place of their
    /// present inquiries.
    ///
    /// After a restore the stored plans are as old as the backup. Nothing is planned where no query
    /// can be sent, so that the entries of ended schedules stay as they are.
    ///
    /// - Returns: the number of planned inquiries.
    package mutating func scheduleQueryNow(_ ids: [Payment.ID]) -> Int {
        guard policy.canQuery else { return 0 }
        var count = 0
        for id in ids {
            guard let payment = view.payments[id], payment.mergedInto == nil,
                isFollowed(payment) || !view.waiting(id).isEmpty
            else { continue }
            scheduleQueryNow(id)
            count += 1
        }
        return count
    }

    private mutating func scheduleQueryNow(_ id: Payment.ID) {
        emit(
            .scheduleInquiry(
                StatusInquiry(
                    paymentID: id,
                    phase: .scheduled,
                    baseMilliseconds: now,
                    step: 0,
                    nextMilliseconds: now,
                    plannedMilliseconds: now
                )
            )
        )
    }
}
