import Payments

extension SearchResult {
    /// Explains a payment.
    init(_ payment: SearchedPayment, score: Int, _ criteria: SearchCriteria) {
        let explanation = PaymentExplanation(payment, SearchTime(criteria))
        let times = payment.times.sorted {
            ($0 - criteria.atMilliseconds).magnitude < ($1 - criteria.atMilliseconds).magnitude
        }
        self.init(
            kind: .payment,
            id: nil,
            partnerReferenceNo: payment.partnerReferenceNo,
            milliseconds: payment.paidMilliseconds ?? times.first ?? payment.createdMilliseconds,
            amount: payment.paidAmount ?? payment.amount,
            sentence: explanation.sentence,
            action: explanation.action,
            count: 1,
            score: score + (payment.attention.isEmpty ? 0 : Self.attentionScore)
        )
    }
}

/// What became of a payment, in a sentence, and what to do.
struct PaymentExplanation {
    private let payment: SearchedPayment
    private let time: SearchTime
    private(set) var sentence = ""
    private(set) var action = ""

    init(_ payment: SearchedPayment, _ time: SearchTime) {
        self.payment = payment
        self.time = time
        (sentence, action) = explanation
    }

    private var explanation: (sentence: String, action: String) {
        if payment.hasOpen(.possibleSecondPayment, .paymentAfterRefund) { return paidTwice }
        switch payment.status {
        case .refunded: return refunded
        case .success: return success
        case .created, .pending: return open
        case .cancelled, .failed: return closed
        }
    }

    /// "Paid at 14:05:11" or "Paid".
    private var paid: String {
        let milliseconds = payment.paidMilliseconds ?? payment.step(to: .success)?.milliseconds
        return milliseconds.map { "Paid at \(time.text($0))" } ?? "Paid"
    }

    private var resolve: String {
        "Compare the payment with the gateway, then resolve its entry: `cashin-receiver attention`."
    }

    private var query: String {
        "Query the gateway now: `cashin-receiver query \(payment.partnerReferenceNo)`."
    }

    private var paidTwice: (String, String) {
        (
            "\(paid), and the gateway reports another payment of the same code: it may be paid "
                + "twice.",
            "If the customer paid twice, refund one of them. " + resolve
        )
    }

    private var refunded: (String, String) {
        let amount = payment.refundedAmount.map { " (\($0))" } ?? ""
        let step = payment.step(to: .refunded).map { " at \(time.text($0.milliseconds))" } ?? ""
        return ("\(paid), and refunded\(amount); recorded\(step).", "Nothing: it is refunded.")
    }

    private var success: (String, String) {
        guard let step = payment.step(to: .success) else { return ("\(paid).", "Nothing.") }
        let recorded = time.text(step.milliseconds)
        if step.from == .cancelled || step.from == .failed || payment.hasOpen(.lateSuccess) {
            let before = step.from.map { "it was \($0.word) before" } ?? "its code had expired"
            return (
                "\(paid), late: \(before), and the change was recorded at \(recorded).",
                "Deliver, or refund. " + resolve
            )
        }
        switch step.source {
        case .operator: return ("Accepted as paid by an operator at \(recorded).", "Nothing.")
        case .query where payment.callbackCount == 0:
            return (
                "\(paid), but no callback arrived: a query found the payment at \(recorded).",
                "Nothing for this payment. If others lack their callbacks too: "
                    + "`cashin-receiver self-test`."
            )
        case .query:
            return ("\(paid), and confirmed by a query at \(recorded).", "Nothing.")
        case .notify, .generate, .expiry:
            return ("\(paid): its callback was applied at \(recorded).", "Nothing.")
        }
    }

    private var open: (String, String) {
        if isUnknownToGateway {
            let queried = payment.lastQuery.map { " at \(time.text($0.milliseconds))" } ?? ""
            return (
                "The gateway does not know this payment: a query\(queried) did not find it.",
                "Compare cashIn.merchantId and cashIn.baseURL with the gateway; the customer needs "
                    + "another code."
            )
        }
        guard let expires = payment.expiresMilliseconds else {
            return ("Not paid: its last reported status is \(payment.status.word).", query)
        }
        let created = time.text(payment.createdMilliseconds)
        if let error = payment.lastError {
            return (
                "Requested at \(created), but no code was received: \(error).",
                "Generate it again; a repeated request queries first."
            )
        }
        let callbacks =
            payment.callbackCount == 0
            ? "no callback has arrived" : "no callback has confirmed it"
        return (
            "Generated at \(created) and not paid: \(callbacks). The validity of its code ends at "
                + "\(time.text(expires)).",
            query
        )
    }

    /// Whether the gateway's last response was that it does not have the payment.
    private var isUnknownToGateway: Bool {
        payment.hasOpen(.ownPaymentUnknown) || payment.lastQuery?.status == .notFound
            || payment.lastQuery?.responseCode == "4045101"
    }

    private var closed: (String, String) {
        guard let step = payment.step(to: payment.status) else {
            return ("Not paid: \(payment.status.word).", query)
        }
        let recorded = time.text(step.milliseconds)
        if step.source == .expiry {
            return (
                "Generated at \(time.text(payment.createdMilliseconds)) and not paid: its code "
                    + "expired, and it was closed at \(recorded).",
                query
            )
        }
        return ("Not paid: the gateway reported \(payment.status.word) at \(recorded).", query)
    }
}
