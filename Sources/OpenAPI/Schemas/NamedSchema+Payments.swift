import APIModel
import Exports
import Payments
import Search
import Store

// Payments and their transitions.
extension NamedSchema {
    static let paymentSchemas = [
        money, transactionStatus, transitionStatus, latestTransactionStatus, transitionSource,
        transition, transaction, transactionOrigin, transactionChecks, lastQuery,
        transactionWithHistory, transactionPage, transactionTime,
    ]

    static let money = NamedSchema(
        "Money",
        .response(
            [
                "value": .text(
                    "Rupiah with two decimals.",
                    pattern: "^[0-9]{1,16}\\.[0-9]{2}$"
                ),
                "currency": .constant("IDR"),
            ],
            "An amount in the form of SNAP BI."
        )
        .example(#"{"value": "10000.00", "currency": "IDR"}"#)
    )

    private static let merchantNumber = JSONSchema.text(
        "The merchant's reference of the payment.",
        length: 1...Reference.bytesMax
    )
    private static let gatewayNumber = JSONSchema.text(
        "The gateway's reference of the payment.",
        length: 1...Reference.bytesMax
    )
    static let transactionStatus = NamedSchema(
        "TransactionStatus",
        .oneOf(TransactionStatus.allCases.map(\.word), "The status of a payment.")
    )
    static let transitionStatus = NamedSchema(
        "TransitionStatus",
        .oneOf(
            APILimits.transitionStatuses.map(\.word),
            "A status that a transition leads to: any but `created`."
        )
    )
    static let latestTransactionStatus = NamedSchema(
        "LatestTransactionStatus",
        .oneOf(
            LatestTransactionStatus.allCases.map(\.code),
            names: LatestTransactionStatus.allCases.map(\.clientName),
            "The gateway's code: 00 success, 01 to 03 pending, 04 refunded, 05 cancelled, "
                + "06 failed, 07 not found."
        )
    )
    static let transactionTime = NamedSchema(
        "TransactionTime",
        .oneOf(TransactionTime.allCases.map(\.rawValue))
    )
    private static let paidAt = JSONSchema.time(
        "The time of payment; null if `paidAtText` cannot be read as a time."
    )
    static let paidAtText = JSONSchema.text("The time of payment, as the gateway wrote it.")

    static let transition = NamedSchema(
        "Transition",
        .response(
            [
                "sequence": .integer(1...Int64.max, "The number in the feed: 1, 2, 3, …"),
                "partnerReferenceNo": merchantNumber,
                "referenceNo": gatewayNumber.orNull,
                "from": .reference(transactionStatus).orNull
                    .described("Null if the payment was not known before."),
                "to": .reference(transitionStatus),
                "latestTransactionStatus": .reference(latestTransactionStatus),
                "amount": .reference(money).orNull,
                "source": .reference(transitionSource),
                "operator": .text("The name of the operator's token.").orNull,
                "externalId": .text("X-EXTERNAL-ID of the callback.").orNull,
                "callbackId": .integer(1...Int64.max, "The callback that caused it.").orNull,
                "paidAt": paidAt.orNull,
                "paidAtText": paidAtText.orNull,
                "recordedAt": .time("The time of the commit."),
                "note": .text("The operator's note.").orNull,
            ],
            "One entry of the feed: a change of a payment's status."
        )
        .example(Example.transition)
    )

    private static let transitionSource = NamedSchema(
        "TransitionSource",
        .oneOf(
            TransitionSource.allCases.map(\.word),
            "The cause: a callback, a query, the response to generate, an operator, or the expiry "
                + "of an unpaid QR code."
        )
    )

    private static let transactionOrigin = NamedSchema(
        "TransactionOrigin",
        .oneOf(TransactionOrigin.allCases.map(\.word), "Where the payment was first reported.")
    )

    private static let lastQuery = NamedSchema(
        "LastQuery",
        .response(
            [
                "at": .time(),
                "responseCode": .text("The gateway's response code."),
                "latestTransactionStatus": .reference(latestTransactionStatus).orNull,
            ],
            "The newest response to a query."
        )
    )

    private static let transactionChecks = NamedSchema(
        "TransactionChecks",
        .response(
            [
                "callbacks": .integer(0...Int64.max, "The number of callbacks about the payment."),
                "lastQuery": .reference(lastQuery).orNull,
                "nextQueryAt": .time("The time of the next scheduled query.").orNull,
            ],
            "The reports about the payment."
        )
    )

    static let transaction = NamedSchema(
        "Transaction",
        .response(
            [
                "partnerReferenceNo": merchantNumber,
                "referenceNo": gatewayNumber.orNull,
                "status": .reference(transactionStatus),
                "latestTransactionStatus": .reference(latestTransactionStatus).orNull,
                "final": .flag(
                    "Whether the status is final. A later success or refund is still possible."
                ),
                "lastSequence": .integer(
                    0...Int64.max,
                    "The sequence number of its newest transition; 0 for none."
                ),
                "amount": .reference(money).orNull,
                "feeAmount": .reference(money).orNull,
                "paidAmount": .reference(money).orNull,
                "refundedAmount": .reference(money).orNull,
                "origin": .reference(transactionOrigin),
                "rolesAssumed": .flag(
                    "Whether the order of the references is assumed, not corroborated."
                ),
                "warnings": .list(of: .text(), "Unusual properties of the QR code."),
                "qrContent": .text("The payload of the QR code.").orNull,
                "validityPeriod": .text(
                    "The end of the validity of the QR code.",
                    format: "date-time"
                )
                .orNull,
                "expired": .flag("Whether the validity has ended."),
                "lastError": .text("The reason why nothing was generated.").orNull,
                "paidAt": paidAt.orNull,
                "paidAtText": paidAtText.orNull,
                "createdAt": .time(),
                "updatedAt": .time(),
                "attention": .list(
                    of: .reference(attentionKind),
                    "The kinds of its open attention entries."
                ),
                "checks": .reference(transactionChecks),
            ],
            "A payment, without its transitions."
        )
        .example(Example.transaction)
    )

    static let transactionWithHistory = NamedSchema(
        "TransactionWithHistory",
        .all(
            [
                .reference(transaction),
                .response(["transitions": .list(of: .reference(transition), "Oldest first.")]),
            ],
            "A payment with its transitions."
        )
    )

    static let transactionPage = NamedSchema(
        "TransactionPage",
        .page("transactions", of: transaction, next: .text("`cursor` of the next page."))
    )
}

// The sums of payments.
extension NamedSchema {
    static let summarySchemas = [moneySum, summaryTotal, summaryDay, summary, exportSubject]

    static let moneySum = NamedSchema(
        "MoneySum",
        .response(
            [
                "value": .text("Rupiah with two decimals.", pattern: "^[0-9]+\\.[0-9]{2}$"),
                "currency": .constant("IDR"),
            ],
            "A sum of amounts; it can have more digits than an amount."
        )
    )

    private static let summaryTotal = NamedSchema(
        "SummaryTotal",
        .response(
            [
                "status": .reference(transactionStatus),
                "count": .integer(1...Int64.max, "The number of payments."),
                "amount": .reference(moneySum),
                "feeAmount": .reference(moneySum),
                "refundedAmount": .reference(moneySum),
            ],
            "The payments that have one status now. `amount` is what was paid, or else the amount "
                + "of the payment; `feeAmount` is known of payments that were generated here."
        )
    )

    private static let summaryDay = NamedSchema(
        "SummaryDay",
        .all(
            [
                .reference(summaryTotal),
                .response(["day": .text("A day in Jakarta.", format: "date")]),
            ],
            "The payments of one day that have one status."
        )
    )

    static let summary = NamedSchema(
        "Summary",
        .response(
            [
                "by": .reference(transactionTime),
                "from": .time("The start of the period.").orNull,
                "to": .time("The end of the period, which is not included.").orNull,
                "days": .list(of: .reference(summaryDay), "Oldest day first."),
                "totals": .list(of: .reference(summaryTotal), "The sums of the whole period."),
            ],
            "The payments of a period by day and status."
        )
        .example(
            """
            {"by": "paid", "from": "2026-11-01T00:00:00.000+07:00",
             "to": "2026-12-01T00:00:00.000+07:00",
             "days": [{"day": "2026-11-22", "status": "success", "count": 2,
                       "amount": {"value": "35000.00", "currency": "IDR"},
                       "feeAmount": {"value": "0.00", "currency": "IDR"},
                       "refundedAmount": {"value": "0.00", "currency": "IDR"}}],
             "totals": [{"status": "success", "count": 2,
                         "amount": {"value": "35000.00", "currency": "IDR"},
                         "feeAmount": {"value": "0.00", "currency": "IDR"},
                         "refundedAmount": {"value": "0.00", "currency": "IDR"}}]}
            """
        )
    )

    static let exportSubject = NamedSchema(
        "ExportSubject",
        .oneOf(ExportSubject.allCases.map(\.rawValue), "What an export contains.")
    )
}

// What a search has found.
extension NamedSchema {
    static let findSchemas = [found, findResult, findResultKind]

    static let found = NamedSchema(
        "Found",
        .response([
            "summary": .text(
                "The sentence of the best result, or one that says that nothing fits."
            ),
            "from": .time("The start of the period."),
            "to": .time("The end of the period, which is not included."),
            "results": .list(of: .reference(findResult), "Best first."),
            "more": .flag(
                "Whether results were left out, or rows of the period were not read: search a "
                    + "shorter period."
            ),
        ])
    )

    private static let findResultKind = NamedSchema(
        "FindResultKind",
        .oneOf(SearchResult.Kind.allCases.map(\.rawValue))
    )

    private static let findResult = NamedSchema(
        "FindResult",
        .response([
            "kind": .reference(findResultKind),
            "id": .integer(
                1...Int64.max,
                "The id of the callback or gateway call; null for a payment."
            ).orNull,
            "partnerReferenceNo": .text("The payment, if it is certain.").orNull,
            "at": .time("When it happened."),
            "amount": .reference(money).orNull,
            "sentence": .text("What became of it, for people."),
            "action": .text("What to do about it, for people."),
            "count": .integer(
                1...Int64.max,
                "How many deliveries with the same outcome it stands for."
            ),
        ])
    )
}

extension LatestTransactionStatus {
    /// The name of the code in generated clients.
    var clientName: String {
        switch self {
        case .success: "SUCCESS"
        case .initiated: "INITIATED"
        case .paying: "PAYING"
        case .pending: "PENDING"
        case .refunded: "REFUNDED"
        case .cancelled: "CANCELLED"
        case .failed: "FAILED"
        case .notFound: "NOT_FOUND"
        }
    }
}

/// Examples for several schemas, as JSON.
enum Example {
    static let transition = """
        {"sequence": 2, "partnerReferenceNo": "TRX-1", "referenceNo": "PAY1", "from": "pending",
         "to": "success", "latestTransactionStatus": "00",
         "amount": {"value": "10000.00", "currency": "IDR"}, "source": "notify",
         "externalId": "3bdf97a4f465d6d395fac6e7ac9a9ed2", "callbackId": 1,
         "paidAt": "2026-11-22T10:03:11.000+07:00", "paidAtText": "2026-11-22T10:03:11+07:00",
         "recordedAt": "2026-11-22T10:03:12.123+07:00", "operator": null, "note": null}
        """

    static let transaction = """
        {"partnerReferenceNo": "TRX-1", "referenceNo": "PAY1", "status": "success",
         "latestTransactionStatus": "00", "final": true, "lastSequence": 2,
         "amount": {"value": "10000.00", "currency": "IDR"},
         "feeAmount": {"value": "0.00", "currency": "IDR"},
         "paidAmount": {"value": "10000.00", "currency": "IDR"}, "refundedAmount": null,
         "origin": "generate", "rolesAssumed": false, "warnings": [],
         "qrContent": "00020101021226…",
         "validityPeriod": "2026-11-22T10:15:00+07:00", "expired": false, "lastError": null,
         "paidAt": "2026-11-22T10:03:11.000+07:00", "paidAtText": "2026-11-22T10:03:11+07:00",
         "createdAt": "2026-11-22T10:00:00.123+07:00",
         "updatedAt": "2026-11-22T10:03:12.123+07:00", "attention": [],
         "checks": {"callbacks": 1, "lastQuery": null, "nextQueryAt": null}}
        """
}
