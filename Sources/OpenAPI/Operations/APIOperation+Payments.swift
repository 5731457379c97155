import APIModel
import HTTPCore
import Payments

extension APIOperation {
    package static let listTransactions = APIOperation(
        id: "listTransactions",
        tag: .payments,
        summary: "Payments, newest first",
        text: """
            `by` selects the time for the order and for `from` and `to`: when the payment was \
            created here, when its newest transition was recorded, or when its transition to \
            success was recorded. Payments without that transition are not listed.
            """,
        parameters: [
            .statuses(
                "status",
                "Only payments with one of these statuses.",
                .transactionStatus,
                example: [.success, .refunded]
            ),
            .query(
                "referenceNo",
                "Only payments with this reference of the gateway.",
                .text(pattern: referencePattern),
                example: "PAY1"
            ),
            .query(
                "amount",
                "Only payments of this amount, to be paid or paid.",
                .rupiahText,
                example: "25000.00"
            ),
            .query(
                "by",
                "The time to order and select by; `created` by default.",
                .reference(.transactionTime),
                example: "paid"
            ),
            .from, .to,
            .query("cursor", "`next` of the previous page; the other parameters must be the same."),
            .limit,
        ],
        responses: [.json("A page of payments.", .transactionPage)]
    )

    package static let showTransaction = APIOperation(
        id: "showTransaction",
        tag: .payments,
        summary: "One payment with its transitions",
        text: """
            With `wait`, the response is sent when the payment's `lastSequence` is larger than \
            `since`, or when the time has elapsed. An unknown payment is waited for as well.
            """,
        parameters: [
            partnerReferenceNo, .wait,
            .query(
                "since",
                "With `wait`: the sequence number after which a transition is new.",
                .integer(),
                example: "0"
            ),
        ],
        responses: [.json("The payment.", .transactionWithHistory)],
        problems: [.transactionNotFound]
    )

    package static let showDossier = APIOperation(
        id: "showDossier",
        tag: .payments,
        summary: "All evidence of one payment",
        text: """
            The callbacks and gateway calls of the payment byte for byte, with commands that \
            verify each signature with `openssl`. Dossiers are made one at a time.
            """,
        parameters: [partnerReferenceNo],
        responses: [.json("The dossier.", .dossier)],
        problems: [.transactionNotFound]
    )

    package static let find = APIOperation(
        id: "find",
        tag: .payments,
        summary: "What became of a payment that a customer speaks of",
        text: """
            Finds payments, callbacks (rejected ones too) and gateway calls that fit amount and \
            time, or that have `text` as a reference, or in their bodies in that period. Each has \
            a sentence that says what became of it, and one that says what to do.
            """,
        parameters: [
            .query("amount", "An amount, to be paid or paid.", .rupiahText, example: "10000.00"),
            .query(
                "at",
                "The middle of the period, now by default; a time of the day is its last one.",
                .any(of: [
                    .bound, .text(pattern: "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"),
                ]),
                example: "2026-11-22T14:05:00+07:00"
            ),
            .query(
                "withinSeconds",
                "Half of the length of the period; 1800 by default.",
                .integer(APILimits.findSecondsRange),
                example: "1800"
            ),
            .query(
                "text",
                "A reference, or a part of a body, such as an RRN or an issuer; with it alone, "
                    + "the time selects nothing.",
                .text(length: APILimits.findTextRange),
                example: "TRX-1"
            ),
            .query(
                "limit",
                "The maximum number of results; 20 by default.",
                .integer(APILimits.foundRange),
                example: "20"
            ),
        ],
        responses: [.json("What was found.", .found)]
    )

    package static let showQRPicture = APIOperation(
        id: "showQRPicture",
        tag: .payments,
        summary: "The QR code of a payment as a picture",
        text: """
            An SVG document with a quiet zone of four modules, which refers to nothing outside of \
            it. It shows expired and paid codes too: before it is shown to a customer, look at \
            `expired` and `final` of the payment. Needs libqrencode on the receiver's machine.
            """,
        parameters: [partnerReferenceNo],
        responses: [
            SuccessResponse(
                status: .ok,
                text: "The picture.",
                content: .text(
                    mediaType: APILimits.pictureMediaType,
                    "An SVG document.",
                    example: "<svg xmlns=\"http://www.w3.org/2000/svg\" …>…</svg>"
                ),
                headers: [.cacheControl]
            )
        ],
        problems: [.transactionNotFound, .qrNotFound, .qrEncoderMissing]
    )

    package static let generate = APIOperation(
        id: "generate",
        tag: .payments,
        summary: "Generate a QR code at the gateway",
        text: """
            The intent is stored durably before the gateway is called, and the call continues if \
            the client disconnects. A repeated request with the same content returns the stored \
            payment without a second call.
            """,
        body: Body(
            schema: .generation,
            examples: [
                "plain": "{\"partnerReferenceNo\": \"TRX-1\", \"amount\": \"10000.00\"}",
                "withFeeAndValidity": """
                {"partnerReferenceNo": "TRX-2", "validitySeconds": 600, "feeAmount": 500,
                 "amount": {"value": "25000.00", "currency": "IDR"}}
                """,
                "until": """
                {"partnerReferenceNo": "TRX-3", "amount": 10000,
                 "validityPeriod": "2099-11-22T10:15:00+07:00"}
                """,
            ]
        ),
        responses: [
            .json(
                "The stored payment of an earlier request.",
                .transactionWithHistory,
                headers: [.location]
            ),
            .json(
                "The new payment.",
                .transactionWithHistory,
                status: .created,
                headers: [.location]
            ),
        ],
        problems: gatewayProblems + [.referenceInUse, .qrLost, .qrRefused, .diskLow]
    )

    package static let query = APIOperation(
        id: "query",
        tag: .payments,
        summary: "Query the gateway about a payment now",
        text:
            "The reported status goes through the status table. Unknown payments are queried too.",
        body: Body(
            schema: .query,
            examples: ["plain": "{\"partnerReferenceNo\": \"TRX-1\"}"]
        ),
        responses: [.json("The payment and the gateway's response.", .queryResult)],
        problems: gatewayProblems + [.transactionNotFound]
    )

    package static let reconcile = APIOperation(
        id: "reconcile",
        tag: .payments,
        summary: "Query the gateway now about all open payments that are due",
        text: "The response does not wait for the queries.",
        body: Body(schema: .nothing, isRequired: false, examples: ["plain": "{}"]),
        responses: [.json("The queries were started.", .reconciliation, status: .accepted)],
        problems: [.receiveOnly]
    )

    private static let partnerReferenceNo = Parameter.path(
        "partnerReferenceNo",
        "The merchant's reference of the payment.",
        .text(pattern: referencePattern),
        example: "TRX-1"
    )

    private static let referencePattern = "^[!-~]{1,\(Reference.bytesMax)}$"

    private static let gatewayProblems: [Problem.Kind] = [
        .receiveOnly, .gatewayRefused, .gatewayError, .gatewayUnreachable, .gatewayTimeout,
    ]
}
