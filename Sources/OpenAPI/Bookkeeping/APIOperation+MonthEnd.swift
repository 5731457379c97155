import APIModel
import Exports
import HTTPCore
import Reports

// The routes for bookkeeping.
extension APIOperation {
    package static let summarize = APIOperation(
        id: "summarize",
        tag: .payments,
        summary: "Payments by day and status, with their sums",
        text: """
            Count, amount, fee and refunds of the payments of a period, by Jakarta day and present \
            status. `by` selects the time that decides about the day: when the transition to \
            success was recorded, when the newest transition was recorded, or when the payment \
            was created here. The payments are read in several steps: with `by=updated`, one that \
            changes meanwhile can be missing.
            """,
        parameters: [by, .from, .to],
        responses: [.json("The sums.", .summary)]
    )

    package static let export = APIOperation(
        id: "export",
        tag: .payments,
        summary: "Payments or transitions of a period as CSV",
        text: """
            Payments are selected by `by` as in the summary, so that both have the same payments, \
            newest first. Transitions are selected by the time of their record, in feed order. The \
            text is sent while the database is read; if reading fails, the connection is reset.
            """,
        parameters: [
            .query(
                "what",
                "What to export; `payments` by default.",
                .reference(.exportSubject),
                example: "payments"
            ),
            by, .from, .to,
        ],
        responses: [
            SuccessResponse(
                status: .ok,
                text: "The table.",
                content: .text(
                    mediaType: CSVText.mediaType,
                    """
                    CSV (RFC 4180) with a line of titles, CRLF after each line, and one line for \
                    each record. Titles name the currency of amounts and the zone of times. New \
                    columns are added at the end. A field that begins with `=`, `+`, `-`, `@` or \
                    an apostrophe has an apostrophe before it, so that no spreadsheet calculates \
                    it. Characters that would break or disguise a line are escaped, as `\\u{a}`.
                    """,
                    example: """
                        partnerReferenceNo,referenceNo,status,latestTransactionStatus,amount (IDR),…
                        TRX-1,PAY1,success,00,10000.00,…

                        """
                ),
                headers: [.cacheControl, .attachment]
            )
        ]
    )

    package static let compare = APIOperation(
        id: "compare",
        tag: .payments,
        summary: "The gateway's report against the payments recorded here",
        text: """
            The body is the report as CSV. Separator, header, decimal mark and order of dates are \
            detected; what can be read in two ways is refused with `invalid-report`, whose \
            `detail` has the line and both readings, and whose `field` is the parameter that \
            decides. Payments are matched by either reference. Those of the period that the \
            report lacks are `onlyHere`: the period is that of `from` and `to`, or else the days \
            of the column `date`; without any, only the references of the report are compared. \
            Comparisons are made one at a time.
            """,
        parameters: [
            .column("reference", "The column of references.", isRequired: true, example: "1"),
            .column("amount", "The column of amounts.", isRequired: true, example: "2"),
            .column("fee", "The column of fees."),
            .column("date", "The column of dates, which are in Jakarta time unless they say more."),
            .query("separator", "What separates fields.", .reference(.reportSeparator)),
            .query("decimalMark", "The decimal mark of amounts.", .reference(.decimalMark)),
            .query("dateOrder", "What comes first in dates.", .reference(.dateOrder)),
            .from, .to,
            .query(
                "query",
                """
                Whether the gateway is queried about payments of the report that are not paid \
                here, up to \(APILimits.comparisonQueriesMax); this needs the scope `generate`, \
                too.
                """,
                .flag(),
                example: "false"
            ),
            .limit,
        ],
        body: Body(
            schema: .reportText,
            mediaType: "text/csv",
            bytesMax: Report.bytesMax,
            examples: ["plain": "Reference;Amount\r\nTRX-1;10.000,00\r\n"]
        ),
        responses: [.json("The comparison.", .comparison)],
        problems: [.invalidReport, .receiveOnly]
    )

    private static let by = Parameter.query(
        "by",
        "The time that selects a payment; `paid` by default.",
        .reference(.transactionTime),
        example: "created"
    )
}

extension APIOperation.Parameter {
    /// A parameter that selects a column of a report.
    fileprivate static func column(
        _ name: String,
        _ text: String,
        isRequired: Bool = false,
        example: String? = nil
    ) -> APIOperation.Parameter {
        var parameter = query(
            name,
            text + " Its title in the header, or its number, counted from 1.",
            .text(length: 1...200),
            example: example
        )
        parameter.isRequired = isRequired
        return parameter
    }
}
