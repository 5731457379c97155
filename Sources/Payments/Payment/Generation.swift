/// How long a QR code is to be payable, in the form of the request.
package enum Validity: Hashable, Sendable {
    /// The request has no validity: `cashIn.defaultValiditySeconds` applies.
    case standard
    case seconds(Int64)
    /// A point in time, in milliseconds since the epoch.
    case until(Int64)
}

/// The content of a generate request, which makes repeats idempotent (article Decisions).
///
/// A repeat with equal content returns the stored code. The validity is compared in the form of the
/// request, because a duration names a later point in time at each repeat.
package struct GenerationContent: Hashable, Sendable {
    package let amount: Amount
    package let feeAmount: Amount
    package let validity: Validity

    package init(amount: Amount, feeAmount: Amount, validity: Validity) {
        self.amount = amount
        self.feeAmount = feeAmount
        self.validity = validity
    }
}

/// A request to generate, with the resulting end of its validity.
package struct GenerationRequest: Sendable {
    package let partnerReferenceNo: Reference
    package let content: GenerationContent

    /// The member sent to the gateway: `yyyy-MM-ddTHH:mm:ss+07:00`.
    package let validityPeriod: String

    /// ``validityPeriod`` in milliseconds since the epoch.
    package let expiresMilliseconds: Int64

    package init(
        partnerReferenceNo: Reference,
        content: GenerationContent,
        validityPeriod: String,
        expiresMilliseconds: Int64
    ) {
        self.partnerReferenceNo = partnerReferenceNo
        self.content = content
        self.validityPeriod = validityPeriod
        self.expiresMilliseconds = expiresMilliseconds
    }
}

/// The state of a payment's generation.
package enum GenerationState: UInt8, CaseIterable, Sendable {
    /// The intent is on disk, the result is not.
    ///
    /// After a crash it is treated like ``unknown``.
    case underWay = 0
    /// The gateway has the payment, and its QR code is valid.
    case accepted = 1
    /// The gateway has the payment, but no valid QR code was received.
    case codeMissing = 2
    /// The gateway does not have the payment: it gave a definite rejection, or no request reached
    /// it.
    case notAccepted = 3
    /// The gateway may have the payment; only a query can tell.
    case unknown = 4
}

/// A payment's generation, as far as decisions depend on it.
package struct Generation: Equatable, Sendable {
    package var state: GenerationState
    package var feeAmount: Amount
    package var validity: Validity

    /// The end of the validity, in milliseconds since the epoch.
    package var expiresMilliseconds: Int64

    /// When the last attempt was recorded, in milliseconds since the epoch.
    package var startedMilliseconds: Int64

    package init(
        state: GenerationState,
        feeAmount: Amount,
        validity: Validity,
        expiresMilliseconds: Int64,
        startedMilliseconds: Int64
    ) {
        self.state = state
        self.feeAmount = feeAmount
        self.validity = validity
        self.expiresMilliseconds = expiresMilliseconds
        self.startedMilliseconds = startedMilliseconds
    }
}

/// The result of a generate call (article Gateway): what the client reads from the response, the
/// ledger decides on and the store keeps.
package enum GenerationResult: Equatable, Sendable {
    /// The gateway has the payment, and its QR code is valid. `warnings`: oddities of a code that
    /// can still be paid.
    case accepted(referenceNo: Reference, qrContent: String, warnings: [String])
    /// The gateway has the payment, but its QR code failed validation and must not be shown.
    case codeRefused(referenceNo: Reference, problem: QRISProblem)
    /// The gateway certainly does not have the payment: a definite rejection, or a failure before
    /// the request was sent.
    case notAccepted(GatewayFailure)
    /// The gateway may have the payment; a query has to determine it.
    case unknown(GatewayFailure)
}

/// Whether the generate call may be sent.
package enum GenerationStart: Equatable, Sendable {
    /// Why a reference cannot be generated.
    package enum Refusal: Equatable, Sendable {
        /// It was generated with another amount, fee or validity.
        case otherContent
        /// Its transaction was created by a callback or a query, not by generate.
        case createdOtherwise
        /// The gateway has the payment, but no valid QR code was received.
        case codeMissing
        /// The requested validity has already ended.
        case validityOver
    }

    /// The intent is recorded; the call may be sent.
    case started
    /// The same content was generated before; the stored code is returned.
    case stored
    /// The result of an earlier call is unknown: a query must come first, because a second call
    /// could create a second payable code.
    case unknown
    case refused(Refusal)
}
