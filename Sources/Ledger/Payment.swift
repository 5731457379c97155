package import Payments

/// One payment as the ledger knows it: a *transaction* of the contract, or what callbacks speak of
/// before anything has confirmed it.
///
/// A row: a property for each column or group of columns.
package struct Payment: Equatable, Sendable {
    package typealias ID = Int64

    /// The store's own number of it.
    package let id: ID

    /// The merchant's number; a guess while ``roles`` is `assumed` or ``status`` is nil.
    package var partnerReferenceNo: Reference

    /// The gateway's number, once known.
    package var referenceNo: Reference?

    /// Nil while nothing has confirmed it: then it is no transaction, spends no reference, and only
    /// holds the callbacks, entries and inquiry about its references together.
    package var status: TransactionStatus?

    /// The gateway's last code.
    package var latestStatus: LatestTransactionStatus?

    /// What its transitions say, oldest first: the facts that stand.
    package var written: [WrittenFact] = []

    /// The amount it was generated with, else the first that was applied to it.
    package var expectedAmount: Amount?

    /// The amount of its last transition to success.
    package var paidAmount: Amount?

    /// The marks of the success that stands, by which another success is told from it.
    package var paid = SuccessMarks()

    /// The amount of its last transition to refunded.
    package var refundedAmount: Amount?

    /// How it was first heard of.
    package var origin: TransactionOrigin

    /// Whether its references were learnt from our own generate or query: *proven* in the contract.
    package var isCorroborated = false

    /// How surely it is known which of its references is the merchant's.
    package enum Roles: UInt8, CaseIterable, Sendable {
        case known = 0
        case assumed = 1
        /// They were assumed, wrongly, and have changed places since.
        case corrected = 2
    }

    /// How surely it is known which of its references is the merchant's.
    package var roles = Roles.known

    /// The sequence number of its last transition, 0 while it has none.
    package var lastSequence: Int64 = 0

    /// What made its last transition.
    package var lastSource: TransitionSource?

    /// Grows with everything that is committed about it, so that an answer to a query can be told
    /// to be out of date.
    package var revision: Int64 = 0

    /// When it was first heard of, in milliseconds since the epoch.
    package var createdMilliseconds: Int64

    /// When its status changed last, in milliseconds since the epoch.
    package var updatedMilliseconds: Int64

    /// The payment that its unconfirmed references turned out to belong to.
    package var mergedInto: ID?

    /// The gateway's last answer to a query about it.
    package var lastQuery: QueryNote?

    /// How often the gateway has answered since the validity that it is not paid.
    package var unpaidAnswers = 0

    package init(
        id: ID,
        partnerReferenceNo: Reference,
        referenceNo: Reference?,
        status: TransactionStatus?,
        origin: TransactionOrigin,
        atMilliseconds now: Int64
    ) {
        self.id = id
        self.partnerReferenceNo = partnerReferenceNo
        self.referenceNo = referenceNo
        self.status = status
        self.origin = origin
        createdMilliseconds = now
        updatedMilliseconds = now
    }
}

/// What one transition of a payment says; the references are the payment's.
package struct WrittenFact: Hashable, Sendable {
    package let status: LatestTransactionStatus

    /// Nil when the transition has no amount.
    package let amount: Amount?

    package init(status: LatestTransactionStatus, amount: Amount?) {
        self.status = status
        self.amount = amount
    }
}

/// By what one success of a payment is told from another.
package struct SuccessMarks: Equatable, Sendable {
    /// `finishedTime` of a callback, `paidTime` of an answer.
    package var time: GatewayTime?

    /// `originalExternalId`.
    package var originalExternalID: String?

    package init(time: GatewayTime? = nil, originalExternalID: String? = nil) {
        self.time = time
        self.originalExternalID = originalExternalID
    }

    /// Whether one mark is there on both sides and the same.
    package func shareOne(with other: SuccessMarks) -> Bool {
        if let time, let others = other.time, time.isSame(as: others) { return true }
        if let originalExternalID, originalExternalID == other.originalExternalID { return true }
        return false
    }

    /// Whether both marks are there on both sides, and both differ.
    package func differ(from other: SuccessMarks) -> Bool {
        guard let time, let others = other.time, let originalExternalID,
            let otherID = other.originalExternalID
        else { return false }
        return !time.isSame(as: others) && originalExternalID != otherID
    }
}

/// The gateway's answer to a query, as far as it is shown with a payment.
package struct QueryNote: Equatable, Sendable {
    /// Milliseconds since the epoch.
    package var milliseconds: Int64
    package var responseCode: String

    /// Nil when the answer has none.
    package var status: LatestTransactionStatus?

    package init(milliseconds: Int64, responseCode: String, status: LatestTransactionStatus?) {
        self.milliseconds = milliseconds
        self.responseCode = responseCode
        self.status = status
    }
}

extension Payment {
    /// Whether it is a transaction: something has confirmed it.
    package var isConfirmed: Bool { status != nil }

    /// Whether it still has to reach a final status.
    package var isOpen: Bool { status == .created || status == .pending }

    /// Its two references; nil while the gateway's is not known.
    package var pair: ReferencePair? {
        referenceNo.map {
            ReferencePair(originalPartnerReferenceNo: partnerReferenceNo, originalReferenceNo: $0)
        }
    }

    /// Whether one of its references is `reference`, in whichever role.
    package func carries(_ reference: Reference) -> Bool {
        partnerReferenceNo == reference || referenceNo == reference
    }

    /// Whether a transition with this code was ever written.
    package func wasWritten(_ status: LatestTransactionStatus) -> Bool {
        written.contains { $0.status == status }
    }

    /// Whether a transition wrote this fact.
    package func stands(_ fact: Fact) -> Bool {
        guard fact.pair == pair else { return false }
        return written.contains(WrittenFact(status: fact.status, amount: fact.amount))
    }
}
