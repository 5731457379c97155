import APIModel
import Ledger
import Payments
import Store

// Requests that call the gateway.
extension NamedSchema {
    static let gatewaySchemas = [
        generation, query, queryResult, gatewayResponse, reconciliation, nothing,
    ]

    static let generation = NamedSchema(
        "Generation",
        .request(
            [
                "partnerReferenceNo": .text(
                    "The merchant's reference for the new payment.",
                    pattern: "^[A-Za-z0-9._-]{1,25}$"
                ),
                "amount": .reference(positiveRupiah),
                "feeAmount": .reference(rupiah),
                "validityPeriod": .text(
                    "The end of the validity of the QR code; in the future.",
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

    static let queryResult = NamedSchema(
        "QueryAnswer",
        .response([
            "transaction": .reference(transactionWithHistory),
            "gateway": .reference(gatewayResponse),
        ])
    )

    static let gatewayResponse = NamedSchema(
        "GatewayQueryResponse",
        .response(
            [
                "responseCode": .text(),
                "responseMessage": .text(),
                "latestTransactionStatus": .reference(latestTransactionStatus),
                "latestTransactionDesc": .text(),
                "originalReferenceNo": .text(),
                "amount": .reference(money),
                "paidTime": paidAtText,
            ],
            optional: [
                "latestTransactionStatus", "latestTransactionDesc", "originalReferenceNo",
                "amount", "paidTime",
            ],
            "The gateway's response."
        )
    )

    static let reconciliation = NamedSchema(
        "Reconciliation",
        .response(["count": .integer(0...Int64.max, "The number of payments that are queried.")])
            .example("{\"count\": 3}")
    )

    /// The body of a request without members.
    static let nothing = NamedSchema("Nothing", .request([:]))
}
