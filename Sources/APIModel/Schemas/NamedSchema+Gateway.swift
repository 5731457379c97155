import Ledger
import Payments
import Store

// What the gateway is asked for.
extension NamedSchema {
    static let generation = NamedSchema(
        "Generation",
        .request(
            [
                "partnerReferenceNo": .text(
                    "The merchant's number for the new payment.",
                    pattern: "^[A-Za-z0-9._-]{1,25}$"
                ),
                "amount": .reference(positiveRupiah),
                "feeAmount": .reference(rupiah),
                "validityPeriod": .text(
                    "Until when the code is payable: a time in the future.",
                    format: "date-time"
                ),
                "validitySeconds": .integer(1...APILimits.validitySecondsMax),
            ],
            optional: ["feeAmount", "validityPeriod", "validitySeconds"]
        )
        .without(["validityPeriod", "validitySeconds"])
    )

    static let query = NamedSchema(
        "Query",
        .request(["partnerReferenceNo": .text(pattern: "^[!-~]{1,\(Reference.bytesMax)}$")])
    )

    static let queryAnswer = NamedSchema(
        "QueryAnswer",
        .answer([
            "transaction": .reference(transactionWithHistory),
            "gateway": .answer(
                [
                    "responseCode": .text(),
                    "responseMessage": .text(),
                    "latestTransactionStatus": statusCode,
                    "latestTransactionDesc": .text(),
                    "originalReferenceNo": .text(),
                    "amount": .reference(money),
                    "paidTime": paidAtText,
                ],
                optional: [
                    "latestTransactionStatus", "latestTransactionDesc", "originalReferenceNo",
                    "amount", "paidTime",
                ],
                "What the gateway said."
            ),
        ])
    )

    static let reconciliation = NamedSchema(
        "Reconciliation",
        .answer(["count": .integer(0...Int64.max, "How many payments are asked about.")])
            .example("{\"count\": 3}")
    )

    /// Of a request that says nothing.
    static let nothing = NamedSchema("Nothing", .request([:]))
}
