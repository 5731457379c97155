package import Payments

/// How long a QR code is to be payable, as the caller said it.
package enum Validity: Hashable, Sendable {
    /// The request did not say.
    case standard
    case seconds(Int64)
    /// A point in time, in milliseconds since the epoch.
    case until(Int64)
}

/// What a caller asks to be generated: two requests with equal content are one (contract section 5,
/// "members as given, amounts and times by value").
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

/// A request to generate, with the point in time that its validity comes to.
package struct GenerationRequest: Sendable {
    package let partnerReferenceNo: Reference
    package let content: GenerationContent

    /// What is sent: `yyyy-MM-ddTHH:mm:ss+07:00`.
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

/// How far the generation of a payment has come.
package enum GenerationState: UInt8, CaseIterable, Sendable {
    /// The intent is on disk; the answer is not. After a crash this is as good as ``unknown``.
    case underWay = 0
    /// The gateway has it, and its code can be shown.
    case accepted = 1
    /// The gateway has it, but there is no code to show.
    case codeLost = 2
    /// The gateway surely does not have it.
    case notAccepted = 3
    /// The gateway may have it: only a query can tell.
    case unknown = 4
}

/// What a decision has to know of a payment's generation.
package struct Generation: Equatable, Sendable {
    package var state: GenerationState
    package var feeAmount: Amount
    package var validity: Validity

    /// Milliseconds since the epoch.
    package var expiresMilliseconds: Int64

    /// Milliseconds since the epoch.
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

/// How a call to generate ended.
package enum GenerationResult: Equatable, Sendable {
    /// `warnings`: what is odd about the code.
    case accepted(referenceNo: Reference, qrContent: String, warnings: [String])
    case codeRefused(referenceNo: Reference, problem: String)
    case notAccepted(String)
    case unknown(String)
}

/// Whether the gateway may be called to generate.
package enum GenerationStart: Equatable, Sendable {
    /// Why a reference cannot be generated.
    package enum Refusal: Equatable, Sendable {
        /// It was generated with another amount, fee or validity.
        case otherContent
        /// Its transaction was first heard of in a callback or a query.
        case heardOfOtherwise
        /// The gateway has it, but there is no code to show.
        case codeLost
        /// It is new, and its validity is over before it begins.
        case validityOver
    }

    /// The intent is recorded: the gateway may be called.
    case started
    /// The same was generated before.
    case stored
    /// The gateway may have it from an earlier call: a query has to come first.
    case unknown
    case refused(Refusal)
}
