import Payments

/// The behaviour of the simulated gateway; the defaults are a gateway without faults.
struct FaultPlan: Equatable, Sendable {
    /// The part of the notify URL that callbacks sign (article Protocol).
    enum SignedPath: String { case url, path }

    /// Which reference of a callback is the merchant's (article Gateway).
    enum References: String {
        case cashIn = "cash-in"
        case snap
    }

    /// The notation of the amount in a callback.
    enum AmountForm: String { case string, number, exponent }

    /// Whether the sent body is the signed one, or has additional blanks.
    enum BodyForm: String { case compact, spaced }

    /// How the end of a callback's body is marked (RFC 9112 section 6): by Content-Length, by
    /// chunks with extensions, or by chunks with blanks after their sizes, which the RFC does not
    /// allow.
    enum Framing: String { case length, chunked, padded }

    /// Whether a retry sends the same bytes, or a new X-TIMESTAMP and signature.
    ///
    /// Gateways do either (article Gateway).
    enum RetryForm: String { case replay, resign }

    /// The response to a valid generate request.
    ///
    /// `refuse` creates no payment; all other cases create one, whatever the merchant receives.
    enum GenerateResponse: String {
        case usual, error, refuse, disconnect
    }

    /// The response to a query of a known payment.
    enum QueryResponse: String {
        case usual, refuse, unreadable
    }

    /// The response to a query of an unknown payment: 4045101, or a success with status 07.
    enum NotFoundForm: String { case code, status }

    // Faults, drawn for each payment.
    /// Additional copies of each attempt, sent at the same time.
    var duplicates = 0
    /// Whether callbacks are sent in reverse order, or a single one after a later one.
    var isReordered = false
    /// Pause before each attempt of a callback.
    var delayMilliseconds = 0

    /// The number of first attempts of each callback that are dropped.
    var droppedAttempts = 0
    /// Whether each attempt has a new X-EXTERNAL-ID.
    var changesExternalID = false

    /// The number of first attempts of each callback whose signature does not verify.
    var corruptedAttempts = 0
    /// Whether a payment sends a callback with 05 before the one with 00.
    var cancelsFirst = false

    // Faults of the signature, drawn for each payment.
    /// The form of the body that is sent; the usual form is signed.
    var sentBody = BodyRewrite.usual
    /// The form of the sent body that is signed.
    var signedBody = BodyRewrite.usual
    var signedString = SignedString.usual
    var signedTime = SignedTime.sent
    var signatureForm = SignatureForm.usual

    /// A path, or URL, that callbacks sign in place of the registered one; nil for the latter.
    var otherSignedPath: String?

    /// The amount in callbacks; nil for that of the payment.
    var amount: Amount?
    /// Pause before the response to generate; the payment exists before it.
    var generateDelayMilliseconds = 0
    var generateResponse = GenerateResponse.usual
    var queryResponse = QueryResponse.usual
    var qr = SimulatedQR.usual

    /// What the merchant receives in place of each response to generate and query, whatever the
    /// payment.
    var replyShape = ReplyShape.usual

    // Forms, the same for all payments.
    var signedPath = SignedPath.path
    var references = References.cashIn
    var amountForm = AmountForm.string
    var bodyForm = BodyForm.compact
    var framing = Framing.length
    var retryForm = RetryForm.replay
    var notFoundForm = NotFoundForm.code

    /// The same forms without faults.
    var withoutFaults: FaultPlan {
        var plan = FaultPlan()
        plan.signedPath = signedPath
        plan.references = references
        plan.amountForm = amountForm
        plan.bodyForm = bodyForm
        plan.framing = framing
        plan.retryForm = retryForm
        plan.notFoundForm = notFoundForm
        return plan
    }
}
