import Payments

/// The input for the judgement of a report about a payment.
struct ReportEvidence {
    /// The queried number.
    let queried: Reference

    /// The payment stored under it, confirmed or not.
    let payment: Payment?

    /// The facts of the callbacks that wait for this report.
    let waiting: [Fact]

    /// Whether the reported fact stands, by a transition or an operator's decision.
    let stands: Bool
}

/// The decision about a report.
struct ReportVerdict: Equatable {
    /// How the reported references match the stored ones.
    enum References: Equatable {
        case straight
        /// The stored references must be swapped: their roles were guessed wrongly.
        case swapped
    }

    /// Nil when the report is about other references.
    var references: References?

    /// The reported amount; nil when missing or ambiguous.
    var amount: Amount?

    /// Whether the report is effective: its references match, and its amount is the expected one or
    /// accepted by `amountMismatch: "flag"`.
    var isBelieved = false

    /// The status of the resulting transition; nil when the status does not change.
    var status: TransactionStatus?
    var attention: [AttentionKind] = []
}

/// The rules for reports, the gateway's responses to queries, as one pure function
/// (article Statuses).
///
/// A report was requested with the merchant's credentials, so unlike a callback it may reverse a
/// status. It must still have the queried references and the expected amount.
struct ReportJudge {
    let policy: LedgerPolicy

    /// Judges a report of any status except 07.
    ///
    /// Order: references, amount, status table. A report about other references has no effect on
    /// the payment. Under `amountMismatch: "reject"`, neither has one with another amount: it could
    /// belong to another order, and an operator must decide.
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

    /// Takes status and entries from the status table.
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
        case .queryDecides, .queryAgain: break
        }
    }

    /// How a reported success compares with the current one.
    ///
    /// A report has no `originalExternalId`. So on a success only the amount distinguishes two
    /// payments, and on a refunded one only an equal time shows the refunded success.
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

    /// How the reported references match; nil when the report is about another payment.
    ///
    /// The report must repeat the queried number. A known gateway number must be the reported one,
    /// and for an unconfirmed pair the report must name it. For an uncorroborated transaction the
    /// exact reverse is accepted, because its roles are a guess.
    private static func references(
        _ report: GatewayReport,
        _ evidence: ReportEvidence
    ) -> ReportVerdict.References? {
        let queried = evidence.queried
        guard report.partnerReferenceNo == queried else { return nil }
        guard let payment = evidence.payment else { return .straight }
        guard payment.isConfirmed else {
            guard let pair = payment.pair else { return .straight }
            // Without the gateway's number, the report does not confirm the callbacks' pair.
            return report.referenceNo.map { pair.holds(queried, $0) } == true ? .straight : nil
        }
        if payment.partnerReferenceNo == queried {
            let isKnown = payment.referenceNo != nil && report.referenceNo != nil
            return !isKnown || payment.referenceNo == report.referenceNo ? .straight : nil
        }
        let isSwapped =
            !payment.isCorroborated && payment.referenceNo == queried
            && report.referenceNo == payment.partnerReferenceNo
        return isSwapped ? .swapped : nil
    }

    /// The kind of entry for a report with other references.
    ///
    /// If a paid payment is reported as a success under another number of the gateway, it may have
    /// been paid twice.
    private static func contradiction(
        _ report: GatewayReport,
        _ evidence: ReportEvidence
    ) -> AttentionKind {
        let isPaidTwice =
            evidence.payment?.status == .success && report.status == .success
            && report.partnerReferenceNo == evidence.queried
        return isPaidTwice ? .possibleSecondPayment : .referenceMismatch
    }

    // MARK: Amount

    /// The amount that the report should have; nil when none is expected.
    ///
    /// Of a transaction it is the paid or the expected amount, by the reported status. Of anything
    /// else it is the amount that a waiting callback claims: preferably one that the report
    /// confirms, else the newest.
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

    /// Whether the amount differs from the expected one, or is missing.
    ///
    /// Only a success or a refund moves money, so only these are compared, and they need an amount.
    /// A success of a paid or refunded payment passes with an amount: the status table decides
    /// whether it is a second payment. Without one it passes unless a callback waits to learn it,
    /// but an ambiguous amount must have the paid one among its readings.
    private func isMismatch(
        _ report: GatewayReport,
        _ amount: Amount?,
        _ expected: Amount?,
        _ evidence: ReportEvidence
    ) -> Bool {
        guard report.status.movesMoney, !evidence.stands else { return false }
        let current = evidence.payment?.status
        if report.status == .success, current == .success || current == .refunded {
            let isNeeded = evidence.waiting.contains { $0.status.movesMoney && $0.amount == nil }
            return amount == nil && (report.amount != nil || isNeeded)
        }
        guard let amount else { return true }
        return expected.map { $0 != amount } ?? false
    }
}

extension LatestTransactionStatus {
    /// Whether a report with this status ends the wait of a callback with the fact `claim`.
    ///
    /// A claimed success or refund is not resolved by a report without one: the gateway may book it
    /// later, so the query is repeated until it confirms or the schedule ends. A refund resolves a
    /// claimed success, because it implies one. Other claims are resolved by any final status.
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
