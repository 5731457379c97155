import Payments

/// What is known when the gateway's report about a payment is judged.
struct ReportEvidence {
    /// The merchant's number that was asked about.
    let asked: Reference

    /// What is stored under it, confirmed or not.
    let payment: Payment?

    /// What the callbacks say that wait for this answer.
    let waiting: [Fact]

    /// Whether the reported fact stands, by a transition or an operator's word.
    let stands: Bool
}

/// What was decided about the gateway's report about a payment.
struct ReportVerdict: Equatable {
    /// How the reported references are the asked ones.
    enum References: Equatable {
        case straight
        /// The stored ones have to change places: their roles were guessed wrongly.
        case swapped
    }

    /// Nil when the report is about other references.
    var references: References?

    /// The amount that it speaks of.
    var amount: Amount?

    /// Whether it is taken at its word: it is about our payment, and of our amount or one that the
    /// merchant lets pass.
    var isBelieved = false

    /// The status that the payment goes to, if it goes to another.
    var status: TransactionStatus?
    var attention: [AttentionKind] = []
}

/// The rules of contract section 4 on the gateway's answers to queries, as one pure function.
struct ReportJudge {
    let policy: LedgerPolicy

    /// Judges a report of any status but 07.
    func judge(_ report: GatewayReport, _ evidence: ReportEvidence) -> ReportVerdict {
        var verdict = ReportVerdict()
        guard let references = Self.references(report, evidence) else {
            verdict.attention = [Self.contradiction(report, evidence)]
            return verdict
        }
        verdict.references = references
        let expected = Self.expectedAmount(report, evidence)
        verdict.amount = report.amount?.reading(equalTo: expected)
        if isMismatch(report, verdict.amount, expected, evidence) {
            verdict.attention = [.amountMismatch]
            guard policy.amountMismatch == .flag, let reported = report.amount else {
                return verdict
            }
            verdict.amount = verdict.amount ?? reported.literal
        }
        verdict.isBelieved = true
        apply(report, evidence, to: &verdict)
        return verdict
    }

    private func apply(
        _ report: GatewayReport,
        _ evidence: ReportEvidence,
        to verdict: inout ReportVerdict
    ) {
        let payment = evidence.payment
        let decision = StatusTable.decide(
            from: payment?.status,
            wasWritten: payment?.wasWritten(report.status) ?? false,
            StatusReport(
                report.status,
                source: .query,
                comparison: Self.comparison(report, verdict.amount, evidence)
            )
        )
        switch decision {
        case .apply(let status, let attention):
            verdict.status = status
            if let attention { verdict.attention.append(attention) }
        case .ignore(let attention), .replay(let attention):
            if let attention { verdict.attention.append(attention) }
        case .queryDecides, .askAgain: break
        }
    }

    private static func comparison(
        _ report: GatewayReport,
        _ amount: Amount?,
        _ evidence: ReportEvidence
    ) -> StatusReport.Comparison {
        guard report.status == .success, let payment = evidence.payment else { return .compatible }
        if payment.status == .refunded {
            let marks = SuccessMarks(time: report.paidAt)
            return marks.shareOne(with: payment.paid) ? .same : .compatible
        }
        guard !evidence.stands, let amount, let paid = payment.paidAmount else {
            return .compatible
        }
        return amount == paid ? .compatible : .different
    }

    // MARK: References

    private static func references(
        _ report: GatewayReport,
        _ evidence: ReportEvidence
    ) -> ReportVerdict.References? {
        let asked = evidence.asked
        guard report.partnerReferenceNo == asked else { return nil }
        guard let payment = evidence.payment else { return .straight }
        guard payment.isConfirmed else {
            guard let pair = payment.pair else { return .straight }
            // Without the gateway's number the pair of the callbacks stays unconfirmed.
            return report.referenceNo.map { pair.holds(asked, $0) } == true ? .straight : nil
        }
        if payment.partnerReferenceNo == asked {
            let isKnown = payment.referenceNo != nil && report.referenceNo != nil
            return !isKnown || payment.referenceNo == report.referenceNo ? .straight : nil
        }
        let isSwapped =
            !payment.isCorroborated && payment.referenceNo == asked
            && report.referenceNo == payment.partnerReferenceNo
        return isSwapped ? .swapped : nil
    }

    /// Why a report without our references stands on the attention list: what is paid already, and
    /// by the gateway's word under another number of its own, may have been paid twice.
    private static func contradiction(
        _ report: GatewayReport,
        _ evidence: ReportEvidence
    ) -> AttentionKind {
        let isPaidTwice =
            evidence.payment?.status == .success && report.status == .success
            && report.partnerReferenceNo == evidence.asked
        return isPaidTwice ? .possibleSecondPayment : .referenceMismatch
    }

    // MARK: Amount

    /// The amount that the report should bear; nil when nothing tells.
    private static func expectedAmount(
        _ report: GatewayReport,
        _ evidence: ReportEvidence
    ) -> Amount? {
        if let payment = evidence.payment, payment.isConfirmed {
            switch (report.status, payment.status) {
            case (.success, .success), (.success, .refunded): return payment.paidAmount
            case (.refunded, _): return payment.paidAmount ?? payment.expectedAmount
            default: return payment.expectedAmount
            }
        }
        let claimed = evidence.waiting.filter { $0.status == report.status }.compactMap(\.amount)
        let reported = report.amount.map { amount in
            claimed.first { amount.reading(equalTo: $0) == $0 }
        }
        return (reported ?? nil) ?? claimed.last
    }

    /// Only a success or a refund moves money, so only they are held to the amount; there a report
    /// without an amount does not do. A success of what is paid already goes by the status table.
    private func isMismatch(
        _ report: GatewayReport,
        _ amount: Amount?,
        _ expected: Amount?,
        _ evidence: ReportEvidence
    ) -> Bool {
        guard report.status.movesMoney, !evidence.stands else { return false }
        let current = evidence.payment?.status
        if report.status == .success, current == .success || current == .refunded { return false }
        guard let amount else { return true }
        return expected.map { $0 != amount } ?? false
    }
}

extension LatestTransactionStatus {
    /// Whether this word of the gateway ends the wait of a callback that says `claim`.
    ///
    /// One that speaks of money is not put off by one answer that does not yet: the gateway is
    /// asked again until it confirms, or until the schedule ends.
    func resolves(_ claim: Fact) -> Bool {
        if claim.status == self { return true }
        switch (claim.status, self) {
        case (.success, .refunded): return true
        case (.success, _), (.refunded, _): return false
        case (_, .success), (_, .refunded), (_, .cancelled), (_, .failed): return true
        default: return false
        }
    }
}
