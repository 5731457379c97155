import Payments
import Snap
import Text

/// One payment of the simulated gateway: its true state, whatever its callbacks say.
struct SimulatedPayment {
    let partnerReferenceNo: Reference

    /// The gateway's own number: `PAY`, six random digits and a counter.
    let referenceNo: Reference
    let amount: Amount
    let feeAmount: Amount

    /// X-EXTERNAL-ID of the generate request.
    let externalID: String
    /// The end of the validity as the merchant sent it.
    let validityPeriod: String
    /// The same in milliseconds since the epoch.
    let validUntilMilliseconds: Int64
    let qrContent: String
    let createdMilliseconds: Int64

    /// The behaviour of its callbacks and query responses, drawn at its creation.
    var plan: FaultPlan
    private(set) var status = LatestTransactionStatus.pending

    /// When it was paid or cancelled, in milliseconds since the epoch; nil while pending.
    private(set) var finishedMilliseconds: Int64?
    /// The callbacks sent so far, oldest first.
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

    /// Marks the payment as paid, also after cancellation; a paid one stays unchanged.
    ///
    /// A QR code can be paid after its expiry: 05, then 00 (article Statuses).
    mutating func pay(at milliseconds: Int64) {
        guard status != .success else { return }
        status = .success
        finishedMilliseconds = milliseconds
    }

    /// Marks a pending payment as cancelled; returns false if it is paid.
    mutating func cancel(at milliseconds: Int64) -> Bool {
        if status == .pending {
            status = .cancelled
            finishedMilliseconds = milliseconds
        }
        return status == .cancelled
    }

    /// Cancels a pending payment after its validity, with the end of the validity as its time.
    mutating func expire(at milliseconds: Int64) {
        guard status == .pending, validUntilMilliseconds <= milliseconds else { return }
        status = .cancelled
        finishedMilliseconds = validUntilMilliseconds
    }

    /// The payment as the control API shows it.
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
    /// The SNAP BI name of the status (article Statuses).
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

/// One attempt to deliver a callback, with its result.
struct CallbackAttempt: Sendable {
    let externalID: String
    let timestamp: String
    /// The string that was signed, for comparison with a diagnosis.
    let stringToSign: String

    /// HTTP status and `responseCode` of the response; nil without one.
    var status: Int?
    var responseCode: String?

    /// Why there is no response; nil if there is one.
    var error: String?

    /// Whether the merchant has confirmed the callback: 2xx with 2005600.
    ///
    /// Everything else is sent again (article Gateway).
    var isConfirmed: Bool {
        guard let status, (200...299).contains(status) else { return false }
        return responseCode == ResponseCode(.successful, .notify).description
    }

    /// The attempt as a member of `attempts`.
    fileprivate var text: JSONObjectText {
        var text = JSONObjectText()
        text.add("externalId", externalID)
        text.add("timestamp", timestamp)
        text.add("stringToSign", stringToSign)
        if let status { text.add("status", literal: "\(status)") }
        text.add("responseCode", responseCode)
        text.add("error", error)
        return text
    }
}

/// One callback with all attempts to deliver it.
struct SentCallback: Sendable {
    let status: LatestTransactionStatus
    let amount: Amount
    var attempts: [CallbackAttempt] = []

    /// The callback as a member of `callbacks` in the control API.
    var text: JSONObjectText {
        var text = JSONObjectText()
        text.add("latestTransactionStatus", status.code)
        text.add("amount", JSONObjectText(amount))
        text.add("confirmed", literal: attempts.contains(where: \.isConfirmed) ? "true" : "false")
        text.add("attempts", attempts.map(\.text))
        return text
    }
}
