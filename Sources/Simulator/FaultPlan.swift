import Payments

/// How the simulated gateway behaves. What a new one says is a gateway without faults.
struct FaultPlan: Equatable, Sendable {
    /// What of the notify URL is signed (gateway.md section 1).
    enum SignedPath: String { case url, path }

    /// Who is meant by which reference of a callback (gateway.md section 5).
    enum References: String {
        case cashIn = "cash-in"
        case snap
    }

    /// How the amount of a callback is written.
    enum AmountForm: String { case string, number, exponent }

    /// Whether the bytes that are sent are those that were signed, or have blanks besides.
    enum BodyForm: String { case compact, spaced }

    /// Whether a retry repeats the bytes or is signed anew.
    enum RetryForm: String { case replay, resign }

    /// How a generate request that is in order is answered.
    enum GenerateAnswer: String {
        case usual, error, refuse, disconnect
        case badQR = "bad-qr"
    }

    /// How a query about a payment is answered.
    enum QueryAnswer: String {
        case usual, refuse, unreadable
    }

    /// How a query for an unknown payment is answered.
    enum NotFoundForm: String { case code, status }

    // Faults: drawn for each payment.
    var duplicates = 0
    var isReordered = false
    var delayMilliseconds = 0

    /// How many attempts of each callback are lost on the way.
    var lostAttempts = 0
    var changesExternalID = false

    /// How many attempts of each callback bear a signature that does not verify.
    var corruptedAttempts = 0
    var cancelsFirst = false

    /// The amount that callbacks tell; nil for the payment's own.
    var amount: Amount?
    var generateDelayMilliseconds = 0
    var generateAnswer = GenerateAnswer.usual
    var queryAnswer = QueryAnswer.usual

    // Forms: the same for all payments.
    var signedPath = SignedPath.path
    var references = References.cashIn
    var amountForm = AmountForm.string
    var bodyForm = BodyForm.compact
    var retryForm = RetryForm.replay
    var notFoundForm = NotFoundForm.code

    /// The same forms without faults.
    var withoutFaults: FaultPlan {
        var plan = FaultPlan()
        plan.signedPath = signedPath
        plan.references = references
        plan.amountForm = amountForm
        plan.bodyForm = bodyForm
        plan.retryForm = retryForm
        plan.notFoundForm = notFoundForm
        return plan
    }
}
