import Payments

// Payments and their transitions.
extension NamedSchema {
    static let money = NamedSchema(
        "Money",
        .answer(
            [
                "value": .text(
                    "Rupiah with two digits of sen.",
                    pattern: "^[0-9]{1,16}\\.[0-9]{2}$"
                ),
                "currency": .constant("IDR"),
            ],
            "An amount in SNAP's form."
        )
        .example(#"{"value": "10000.00", "currency": "IDR"}"#)
    )

    private static let merchantNumber = JSONSchema.text(
        "The merchant's number of the payment.",
        length: 1...Reference.bytesMax
    )
    private static let gatewayNumber = JSONSchema.text(
        "The gateway's number of the payment.",
        length: 1...Reference.bytesMax
    )
    private static let status = JSONSchema.oneOf(TransactionStatus.allCases.map(\.word))
    static let statusCode = JSONSchema.oneOf(
        (0...7).map { "0\($0)" },
        "The gateway's code: 00 success, 01 to 03 pending, 04 refunded, 05 cancelled, 06 failed, "
            + "07 not found."
    )
    private static let paidAt = JSONSchema.time("When it was paid; null where that cannot be read.")
    static let paidAtText = JSONSchema.text("When it was paid, in the gateway's own words.")

    static let transition = NamedSchema(
        "Transition",
        .answer(
            [
                "sequence": .integer(1...Int64.max, "Its number in the feed: 1, 2, 3, …"),
                "partnerReferenceNo": merchantNumber,
                "referenceNo": gatewayNumber.orNull,
                "from": status.described("Null when the payment was not known before.").orNull,
                "to": status,
                "latestTransactionStatus": statusCode,
                "amount": .reference(money).orNull,
                "source": .oneOf(
                    TransitionSource.allCases.map(\.word),
                    "What caused it: a callback, a query, the answer to generate, an operator, or "
                        + "the expiry of an unpaid code."
                ),
                "operator": .text("The name of the token, where the source is an operator.").orNull,
                "externalId": .text("X-EXTERNAL-ID of the callback.").orNull,
                "callbackId": .integer(1...Int64.max, "The callback that caused it.").orNull,
                "paidAt": paidAt.orNull,
                "paidAtText": paidAtText.orNull,
                "recordedAt": .time("When it was committed."),
                "note": .text("What the operator noted.").orNull,
            ],
            "One entry of the feed: a payment has another status."
        )
        .example(Example.transition)
    )

    private static let lastQuery = JSONSchema.answer(
        [
            "at": .time(),
            "responseCode": .text("The gateway's own."),
            "latestTransactionStatus": statusCode.orNull,
        ],
        "The gateway's newest answer to a query."
    )

    static let transaction = NamedSchema(
        "Transaction",
        .answer(
            [
                "partnerReferenceNo": merchantNumber,
                "referenceNo": gatewayNumber.orNull,
                "status": status,
                "latestTransactionStatus": statusCode.orNull,
                "final": .flag("Nothing is open. A later success or refund may still come."),
                "lastSequence": .integer(0...Int64.max, "Of its newest transition; 0 for none."),
                "amount": .reference(money).orNull,
                "feeAmount": .reference(money).orNull,
                "paidAmount": .reference(money).orNull,
                "refundedAmount": .reference(money).orNull,
                "origin": .oneOf(
                    TransactionOrigin.allCases.map(\.word),
                    "How it was first heard of."
                ),
                "rolesAssumed": .flag("Which reference is whose was guessed, and not proven yet."),
                "warnings": .list(of: .text(), "What is odd about the code."),
                "qrContent": .text("What the QR code holds.").orNull,
                "validityPeriod": .text("Until when the code is payable.", format: "date-time")
                    .orNull,
                "expired": .flag("Whether that is over."),
                "lastError": .text("Why nothing was generated.").orNull,
                "paidAt": paidAt.orNull,
                "paidAtText": paidAtText.orNull,
                "createdAt": .time(),
                "updatedAt": .time(),
                "attention": .list(of: attentionKind, "The kinds of its open attention entries."),
                "checks": .answer([
                    "callbacks": .integer(0...Int64.max, "How many callbacks told of it."),
                    "lastQuery": lastQuery.orNull,
                    "nextQueryAt": .time("When the gateway will be asked.").orNull,
                ]),
            ],
            "A payment, as lists have it."
        )
        .example(Example.transaction)
    )

    static let transactionWithHistory = NamedSchema(
        "TransactionWithHistory",
        .all(
            [
                .reference(transaction),
                .answer(["transitions": .list(of: .reference(transition), "Oldest first.")]),
            ],
            "A payment with its transitions."
        )
    )

    static let transactionPage = NamedSchema(
        "TransactionPage",
        .page("transactions", of: transaction, next: .text("To be sent back as cursor."))
    )
}

/// Examples that several schemas show, as JSON.
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
