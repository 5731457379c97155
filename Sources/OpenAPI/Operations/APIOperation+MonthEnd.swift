import Exports
import HTTPCore

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

    private static let by = Parameter.query(
        "by",
        "The time that selects a payment; `paid` by default.",
        .reference(.transactionTime),
        example: "created"
    )
}
