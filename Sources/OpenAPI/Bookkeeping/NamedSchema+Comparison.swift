import Reports

// The gateway's report against the payments recorded here.
extension NamedSchema {
    static let comparisonSchemas = [
        comparison, comparisonTotals, comparisonList, comparisonKind, comparisonEntry,
        comparisonLine, comparisonPayment, comparisonWarning, comparisonQueries, signedMoney,
        reportText, reportSeparator, decimalMark, dateOrder,
    ]

    /// The body of `POST /v1/compare`.
    static let reportText = NamedSchema("ReportText", .text("The report as CSV, in UTF-8."))

    static let comparison = NamedSchema(
        "Comparison",
        .response([
            "summary": .text("The result in a sentence, for people."),
            "equal": .flag("Whether nothing differs."),
            "from": .time(
                "The start of the compared period; null without one, or if only the references of "
                    + "the report were compared."
            ).orNull,
            "to": .time("The end of the period, which is not included.").orNull,
            "report": .reference(comparisonTotals),
            "otherLines": .integer(
                0...Int64.max,
                "Lines of the report that are no payments: titles, totals, notes."
            ),
            "outsidePeriod": .integer(
                0...Int64.max,
                "Payments of the report outside the requested period, which were left out."
            ),
            "receiver": .reference(comparisonTotals),
            "matching": .integer(0...Int64.max, "References that are equal on both sides."),
            "differences": .list(
                of: .reference(comparisonList),
                "One list for each kind, also if it is empty."
            ),
            "warnings": .list(of: .reference(comparisonWarning), "The first remarks."),
            "warningsCount": .integer(),
            "queries": .reference(comparisonQueries).orNull,
        ])
    )

    private static let signedMoney = NamedSchema(
        "SignedMoney",
        .response(
            [
                "value": .text(
                    "Rupiah with two decimals.",
                    pattern: "^-?[0-9]+\\.[0-9]{2}$"
                ),
                "currency": .constant("IDR"),
            ],
            "An amount or a sum of a report; it is negative where money is taken back."
        )
    )

    private static let comparisonTotals = NamedSchema(
        "ComparisonTotals",
        .response(
            [
                "count": .integer(),
                "amount": .reference(signedMoney),
                "feeAmount": .reference(signedMoney),
            ],
            "The payments of one side; those of the receiver are paid or refunded."
        )
    )

    private static let comparisonKind = NamedSchema(
        "ComparisonKind",
        .oneOf(
            ReportDifference.Kind.allCases.map(\.rawValue),
            """
            `onlyThere`: nothing is recorded here; `onlyHere`: paid here in the period, and not in \
            the report; `notPaidHere`: in the report, and here with a status that is not paid; \
            `amountsDiffer`; `feesDiffer`, where the fee is known here; `repeated`: the report has \
            the reference on several lines.
            """
        )
    )

    private static let comparisonList = NamedSchema(
        "ComparisonList",
        .response([
            "kind": .reference(comparisonKind),
            "count": .integer(),
            "amount": .reference(signedMoney),
            "entries": .list(of: .reference(comparisonEntry), "The first ones."),
            "more": .flag("Whether there are more than the listed entries."),
        ])
    )

    private static let comparisonEntry = NamedSchema(
        "ComparisonEntry",
        .response([
            "lines": .list(of: .reference(comparisonLine), "The first ten lines of the report."),
            "linesCount": .integer(),
            "payment": .reference(comparisonPayment).orNull,
            "at": .time("When it was paid, by the report, or as recorded here.").orNull,
            "ageSeconds": .integer(0...Int64.max, "The time since then.").orNull,
            "sentence": .text("What became of it here, for people."),
            "action": .text("What to do about it, for people."),
            "gateway": .reference(gatewayResponse).orNull,
            "gatewayProblem": .text("Why the query has no usable response.").orNull,
        ])
    )

    private static let comparisonLine = NamedSchema(
        "ComparisonLine",
        .response(
            [
                "line": .integer(1...Int64.max, "The number of the line in the file, from 1."),
                "reference": .text(),
                "amount": .reference(signedMoney),
                "feeAmount": .reference(signedMoney).orNull,
            ],
            "A payment of the report."
        )
    )

    private static let comparisonPayment = NamedSchema(
        "ComparisonPayment",
        .response(
            [
                "partnerReferenceNo": .text(),
                "referenceNo": .text().orNull,
                "status": .reference(transactionStatus),
                "amount": .reference(money).orNull,
                "feeAmount": .reference(money).orNull,
                "refundedAmount": .reference(money).orNull,
            ],
            "The payment here, before queries; `amount` is what was paid, or else the amount of "
                + "the payment."
        )
    )

    private static let comparisonWarning = NamedSchema(
        "ComparisonWarning",
        .response(
            ["line": .integer(1...Int64.max), "text": .text()],
            "What is odd about a line of the report."
        )
    )

    private static let comparisonQueries = NamedSchema(
        "ComparisonQueries",
        .response(
            [
                "sent": .integer(0...Int64.max, "How many payments were queried."),
                "left": .integer(0...Int64.max, "How many more are not paid here."),
            ],
            "The queries of the comparison; null without `query=true`."
        )
    )

    static let reportSeparator = NamedSchema(
        "ReportSeparator",
        .oneOf(ReportSeparator.allCases.map(\.rawValue))
    )
    static let decimalMark = NamedSchema(
        "DecimalMark",
        .oneOf(DecimalMark.allCases.map(\.rawValue))
    )
    static let dateOrder = NamedSchema("DateOrder", .oneOf(DateOrder.allCases.map(\.rawValue)))
}
