import Payments
import Snap
import Text

/// One payment of the simulated gateway: the truth, whatever callbacks say.
struct SimulatedPayment {
    let partnerReferenceNo: Reference

    /// The gateway's own number.
    let referenceNo: Reference
    let amount: Amount
    let feeAmount: Amount

    /// X-EXTERNAL-ID of the generate request.
    let externalID: String
    let validityPeriod: String
    let validUntilMilliseconds: Int64
    let qrContent: String
    let createdMilliseconds: Int64

    /// How callbacks and answers about it behave, drawn when it was made.
    var plan: FaultPlan
    private(set) var status = LatestTransactionStatus.pending

    /// When it was paid or cancelled; nil before.
    private(set) var finishedMilliseconds: Int64?
    var callbacks: [SentCallback] = []

    init(
        _ intent: GenerateIntent,
        referenceNo: Reference,
        externalID: String,
        validUntilMilliseconds: Int64,
        qrContent: String,
        createdMilliseconds: Int64,
        plan: FaultPlan
    ) {
        partnerReferenceNo = intent.partnerReferenceNo
        amount = intent.amount
        feeAmount = intent.feeAmount
        validityPeriod = intent.validityPeriod
        self.referenceNo = referenceNo
        self.externalID = externalID
        self.validUntilMilliseconds = validUntilMilliseconds
        self.qrContent = qrContent
        self.createdMilliseconds = createdMilliseconds
        self.plan = plan
    }

    /// The customer pays; late is not never. Paid again, it stays as it was.
    mutating func pay(at milliseconds: Int64) {
        guard status != .success else { return }
        status = .success
        finishedMilliseconds = milliseconds
    }

    /// The code has expired, or was withdrawn; false when it had been paid before.
    mutating func cancel(at milliseconds: Int64) -> Bool {
        if status == .pending {
            status = .cancelled
            finishedMilliseconds = milliseconds
        }
        return status == .cancelled
    }

    /// A code that nobody paid in time is cancelled, as of its end.
    mutating func expire(at milliseconds: Int64) {
        guard status == .pending, validUntilMilliseconds <= milliseconds else { return }
        status = .cancelled
        finishedMilliseconds = validUntilMilliseconds
    }

    /// For `GET /simulator/transactions`.
    var text: JSONObjectText {
        var text = JSONObjectText()
        text.add("partnerReferenceNo", partnerReferenceNo.text)
        text.add("referenceNo", referenceNo.text)
        text.add("latestTransactionStatus", status.code)
        text.add("amount", JSONObjectText(amount))
        text.add("feeAmount", JSONObjectText(feeAmount))
        text.add("validityPeriod", validityPeriod)
        text.add("qrContent", qrContent)
        text.add("createdTime", JakartaTime.text(milliseconds: createdMilliseconds))
        text.add(
            "finishedTime",
            finishedMilliseconds.map { JakartaTime.text(milliseconds: $0) }
        )
        text.add("callbacks", callbacks.map(\.text))
        return text
    }
}

extension LatestTransactionStatus {
    /// What SNAP BI calls it (gateway.md section 4).
    var words: String {
        switch self {
        case .success: "Success"
        case .initiated: "Initiated"
        case .paying: "Paying"
        case .pending: "Pending"
        case .refunded: "Refunded"
        case .cancelled: "Canceled"
        case .failed: "Failed"
        case .notFound: "Not found"
        }
    }
}
