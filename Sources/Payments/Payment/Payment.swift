/// One payment: a *transaction* of the API, or references that only unconfirmed callbacks name.
///
/// A row: one property for each column or group of columns.
package struct Payment: Equatable, Sendable {
    package typealias ID = Int64

    /// The key in the database.
    package let id: ID

    /// The merchant's number; a guess while ``roles`` is `assumed` or ``status`` is nil.
    package var partnerReferenceNo: Reference

    /// The gateway's number, once known.
    ///
    /// It never changes, except when a wrong guess of the roles is corrected.
    package var referenceNo: Reference?

    /// Nil while nothing has confirmed it.
    ///
    /// Then it is not a transaction and reserves no reference; it only groups the callbacks,
    /// entries and the inquiry about its references.
    package var status: TransactionStatus?

    /// The gateway's code in the last transition.
    package var latestStatus: LatestTransactionStatus?

    /// The facts that its transitions wrote, oldest first, each once: they stand.
    package var written: [WrittenFact] = []

    /// The amount it was generated with, else that of its first transition with an amount.
    package var expectedAmount: Amount?

    /// The amount of its last transition to success.
    package var paidAmount: Amount?

    /// The marks of the last success, which distinguish it from another one.
    package var paid = SuccessMarks()

    /// The amount of its last transition to refunded.
    package var refundedAmount: Amount?

    /// What first reported it.
    package var origin: TransactionOrigin

    /// Whether its pair comes from a generate or query call with this merchant's credentials.
    ///
    /// The configuration's `unproven` means that it does not: a callback's signature may be valid
    /// for another merchant's payment.
    package var isCorroborated = false

    /// How certain it is which of a payment's references is the merchant's.
    package enum Roles: UInt8, CaseIterable, Sendable {
        case known = 0
        case assumed = 1
        /// The assumption was wrong; a query has swapped the references since.
        case corrected = 2
    }

    /// How certain it is which of the two references is the merchant's.
    package var roles = Roles.known

    /// The sequence number of its last transition, 0 while it has none.
    package var lastSequence: Int64 = 0

    /// The source of its last transition.
    package var lastSource: TransitionSource?

    /// Incremented whenever something is stored that may change a decision about it, so that the
    /// report to a query sent before is recognised as outdated.
    package var revision: Int64 = 0

    /// When it was created here, in milliseconds since the epoch.
    package var createdMilliseconds: Int64

    /// When its status changed last, in milliseconds since the epoch.
    package var updatedMilliseconds: Int64

    /// The confirmed payment that its references turned out to belong to.
    package var mergedInto: ID?

    /// The gateway's last response to a query about it.
    package var lastQuery: LastQuery?

    /// How many query reports since the end of the validity said that it is not paid.
    package var unpaidReports = 0

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

/// The fact of one transition, without the references, which are the payment's.
package struct WrittenFact: Hashable, Sendable {
    package let status: LatestTransactionStatus

    /// Nil when the transition has no amount.
    package let amount: Amount?

    package init(status: LatestTransactionStatus, amount: Amount?) {
        self.status = status
        self.amount = amount
    }
}

/// What distinguishes one success of a payment from another.
package struct SuccessMarks: Equatable, Sendable {
    /// `finishedTime` of a callback, `paidTime` of a query report.
    package var time: GatewayTime?

    /// `originalExternalId`.
    package var originalExternalID: String?

    package init(time: GatewayTime? = nil, originalExternalID: String? = nil) {
        self.time = time
        self.originalExternalID = originalExternalID
    }

    /// Whether at least one mark is present on both sides and equal.
    package func shareOne(with other: SuccessMarks) -> Bool {
        if let time, let others = other.time, time.isSame(as: others) { return true }
        if let originalExternalID, originalExternalID == other.originalExternalID { return true }
        return false
    }

    /// Whether both marks are present on both sides, and both differ.
    ///
    /// A missing mark shows nothing, and one differing mark may come from a retry of the same
    /// callback; treating either as a second payment would raise false alarms.
    package func differ(from other: SuccessMarks) -> Bool {
        guard let time, let others = other.time, let originalExternalID,
            let otherID = other.originalExternalID
        else { return false }
        return !time.isSame(as: others) && originalExternalID != otherID
    }
}

/// The gateway's last response to a query, as shown with a payment.
package struct LastQuery: Equatable, Sendable {
    /// When it was recorded, in milliseconds since the epoch.
    package var milliseconds: Int64
    package var responseCode: String

    /// Nil when the response has none, or is about another payment.
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

    /// Whether its outcome is pending.
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

    /// Whether a transition of it has this code.
    package func wasWritten(_ status: LatestTransactionStatus) -> Bool {
        written.contains { $0.status == status }
    }

    /// Whether a transition wrote this fact.
    ///
    /// A fact that stands passes the checks of time, X-EXTERNAL-ID and amount: its callback only
    /// repeats what the feed already says (article Checks, row 12).
    package func stands(_ fact: Fact) -> Bool {
        guard fact.pair == pair else { return false }
        return written.contains(WrittenFact(status: fact.status, amount: fact.amount))
    }
}
