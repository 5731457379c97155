package import Payments

/// A payment as another database holds it: the one that a restore set aside.
///
/// A row: a property for each column that counts here.
package struct RememberedPayment: Equatable, Sendable {
    package let partnerReferenceNo: Reference
    package let referenceNo: Reference?
    package let roles: Payment.Roles

    /// Nil where nothing had confirmed it.
    package let status: TransactionStatus?

    /// What was paid, else what was expected.
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

    /// Its references: one, or two.
    package var references: [Reference] {
        referenceNo.map { [partnerReferenceNo, $0] } ?? [partnerReferenceNo]
    }
}

// What a restore takes back is not in the feed any more. The other database is no source of facts:
// the gateway is queried, and a person sees what was known.
extension Ledger {
    /// Follows up a payment that another database holds in a later state, or alone.
    ///
    /// - Parameter place: where the other database is, for the person who reads the entry.
    package mutating func recover(_ remembered: RememberedPayment, from place: String) {
        let payment =
            view.confirmed(named: remembered.partnerReferenceNo)
            ?? view.unconfirmed(remembered.references) ?? create(remembered)
        if policy.canQuery { askNow(payment.id) }
        // An unpaid code needs no person: what comes of it is reported.
        if let status = remembered.status, !status.isFinal { return }
        var text = "the database before a restore (\(place)) "
        if let status = remembered.status {
            text += "holds it as \(status.word)"
            if let amount = remembered.amount { text += ", IDR \(amount)" }
            if let refunded = remembered.refundedAmount { text += ", refunded IDR \(refunded)" }
            if let reference = remembered.referenceNo { text += ", referenceNo \(reference)" }
        } else {
            text += "has callbacks about it that nothing has confirmed"
        }
        raise(.unresolvedPayment, about: payment, cause: "restore", text)
    }

    private mutating func create(_ remembered: RememberedPayment) -> Payment {
        var payment = Payment(
            id: takePaymentID(),
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

    /// Has the gateway queried now about open payments and held callbacks, whatever is planned.
    ///
    /// - Returns: how many there are.
    package mutating func askNow(_ ids: [Payment.ID]) -> Int {
        guard policy.canQuery else { return 0 }
        var count = 0
        for id in ids {
            guard let payment = view.payments[id], payment.mergedInto == nil,
                isFollowed(payment) || !view.waiting(id).isEmpty
            else { continue }
            askNow(id)
            count += 1
        }
        return count
    }

    private mutating func askNow(_ id: Payment.ID) {
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
