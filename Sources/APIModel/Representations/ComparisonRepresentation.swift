import Payments
package import Reports
package import Search
import Text

/// The JSON of a comparison of the gateway's report with the payments recorded here.
package struct ComparisonRepresentation: Encodable {
    /// An amount or a sum, which is negative where money is taken back.
    struct Money: Encodable {
        let value: String
        let currency = "IDR"

        init(_ money: ReportedMoney) { value = money.description }

        private enum CodingKeys: CodingKey { case value, currency }
    }

    /// One side.
    struct Totals: Encodable {
        let count: Int
        let amount: Money
        let feeAmount: Money

        init(_ totals: ReportTotals) {
            count = totals.count
            amount = Money(totals.amount)
            feeAmount = Money(totals.fee)
        }
    }

    /// The differences of one kind.
    struct List: Encodable {
        let kind: String
        let count: Int
        let amount: Money
        let entries: [Entry]
        let more: Bool

        init(
            _ kind: ReportDifference.Kind,
            _ list: DifferenceList,
            _ entries: [Entry]
        ) {
            self.kind = kind.rawValue
            count = list.count
            amount = Money(list.amount)
            self.entries = entries
            more = entries.count < list.count
        }
    }

    /// A remark on a line.
    struct Warning: Encodable {
        let line: Int
        let text: String
    }

    /// The queries of one comparison.
    struct Queries: Encodable {
        let sent: Int

        /// Payments that were not queried.
        let left: Int
    }

    let summary: String
    let equal: Bool
    @Nullable var from: String?
    @Nullable var to: String?
    let report: Totals
    let otherLines: Int
    let outsidePeriod: Int
    let receiver: Totals
    let matching: Int
    let differences: [List]
    let warnings: [Warning]
    let warningsCount: Int
    @Nullable var queries: Queries?

    /// - Parameters:
    ///   - period: nil if only the references of the report were compared.
    ///   - entries: the listed differences with their explanations, by their kind.
    ///   - queries: how many payments were queried, and how many were not; nil without queries.
    package init(
        _ report: Report,
        _ result: ReportComparison.Result,
        period: ReportPeriod?,
        entries: [ReportDifference.Kind: [Entry]],
        queries: (sent: Int, left: Int)?
    ) {
        summary = Self.summary(result)
        equal = result.isEqual
        from = period?.from.map { JakartaTime.textWithFraction(milliseconds: $0) }
        to = period?.to.map { JakartaTime.textWithFraction(milliseconds: $0) }
        self.report = Totals(result.report)
        otherLines = report.otherLinesCount
        outsidePeriod = report.outsideCount
        receiver = Totals(result.receiver)
        matching = result.matchingCount
        differences = ReportDifference.Kind.allCases.map { kind in
            List(kind, result[kind], entries[kind] ?? [])
        }
        warnings = report.warnings.map { Warning(line: $0.line, text: $0.text) }
        warningsCount = report.warningsCount
        self.queries = queries.map { Queries(sent: $0.sent, left: $0.left) }
    }

    /// "Equal: 3 payments." or "2 differences: 1 only there, 1 not paid here."
    private static func summary(_ result: ReportComparison.Result) -> String {
        let counts = ReportDifference.Kind.allCases.map { ($0, result[$0].count) }
        let sum = counts.reduce(0) { $0 + $1.1 }
        guard sum > 0 else {
            let count = result.matchingCount
            return "Equal: \(count) \(count == 1 ? "payment" : "payments")."
        }
        let parts = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.words)" }
        return "\(sum) \(sum == 1 ? "difference" : "differences"): "
            + parts.joined(separator: ", ") + "."
    }
}

extension ReportDifference.Kind {
    /// Follows the number of differences.
    fileprivate var words: String {
        switch self {
        case .onlyThere: "only there"
        case .onlyHere: "only here"
        case .notPaidHere: "not paid here"
        case .amountsDiffer: "with another amount"
        case .feesDiffer: "with another fee"
        case .repeated: "on several lines"
        }
    }
}

extension ReportDifference.Kind {
    /// What to do about a difference in a payment that is paid here; nil for other kinds.
    fileprivate var action: String? {
        switch self {
        case .onlyThere, .notPaidHere: nil
        case .onlyHere:
            "Search for it in the gateway's report of the day before and after; then report it to "
                + "the gateway."
        case .amountsDiffer:
            "Compare both amounts with the order; then report the difference to the gateway."
        case .feesDiffer: "Compare both fees with the contract with the gateway."
        case .repeated:
            "Find out whether the lines are one payment, two payments, or a payment and its "
                + "correction."
        }
    }
}

extension ComparisonRepresentation {
    /// A difference with its explanation.
    package struct Entry: Encodable {
        /// A line of the report.
        struct Line: Encodable {
            let line: Int
            let reference: String
            let amount: Money
            @Nullable var feeAmount: Money?

            init(_ payment: ReportedPayment) {
                line = payment.line
                reference = payment.reference.text
                amount = Money(payment.amount)
                feeAmount = payment.fee.map { Money($0) }
            }
        }

        /// The payment here.
        struct Payment: Encodable {
            let partnerReferenceNo: String
            @Nullable var referenceNo: String?
            let status: String
            @Nullable var amount: MoneyRepresentation?
            @Nullable var feeAmount: MoneyRepresentation?
            @Nullable var refundedAmount: MoneyRepresentation?

            init(_ payment: RecordedPayment) {
                partnerReferenceNo = payment.partnerReferenceNo
                referenceNo = payment.referenceNo
                status = payment.status.word
                amount = payment.amount.map { MoneyRepresentation($0) }
                feeAmount = payment.fee.map { MoneyRepresentation($0) }
                refundedAmount = payment.refundedAmount.map { MoneyRepresentation($0) }
            }
        }

        /// The lines of an entry that are shown.
        private static let linesMax = 10

        let lines: [Line]
        let linesCount: Int
        @Nullable var payment: Payment?
        @Nullable var at: String?
        @Nullable var ageSeconds: Int64?
        let sentence: String
        let action: String
        @Nullable var gateway: GatewayQueryRepresentation?

        /// The problem of a query without a usable response.
        @Nullable var gatewayProblem: String?

        /// - Parameters:
        ///   - explanation: what is known here; nil if nothing is.
        ///   - gateway: what a query has reported; nil if none was sent.
        package init(
            _ difference: ReportDifference,
            _ explanation: SearchResult?,
            gateway: Result<GatewayQueryRepresentation, Problem>?,
            nowMilliseconds now: Int64
        ) {
            lines = difference.reported.prefix(Self.linesMax).map { Line($0) }
            linesCount = difference.reported.count
            payment = difference.recorded.map { Payment($0) }
            at = difference.milliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
            ageSeconds = difference.milliseconds.map { max(now - $0, 0) / 1_000 }
            if let reference = difference.withLeadingZeros {
                sentence = "It is \(reference) here: the file lacks the leading zeros."
                action = "Export the column of references as text, and compare again."
            } else if let explanation {
                sentence = explanation.sentence
                // What to do about a payment does not say what to do about the difference.
                let own = explanation.kind == .payment ? difference.kind.action : nil
                action = own ?? explanation.action
            } else {
                let reference = difference.reported.first?.reference.text ?? ""
                sentence =
                    "Nothing here has the reference \(reference): no payment, no callback, no "
                    + "gateway call."
                action = "Query the gateway: `cashin-receiver query \(reference)`."
            }
            switch gateway {
            case .success(let response): self.gateway = response
            case .failure(let problem): gatewayProblem = problem.detail
            case nil: break
            }
        }
    }
}
