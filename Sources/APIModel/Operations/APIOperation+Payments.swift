import HTTPCore
import Payments
import Store

extension APIOperation {
    package static let listTransactions = APIOperation(
        id: "listTransactions",
        tag: .payments,
        summary: "Payments, newest first",
        text: """
            `by` is the time that the order, `from` and `to` go by: when a payment was first heard \
            of, when its newest transition was recorded, or the one to success. A payment that has \
            no such transition is not in the list.
            """,
        parameters: [
            .statuses(
                "status",
                "Only payments that have one of these.",
                TransactionStatus.allCases,
                example: [.success, .refunded]
            ),
            .query(
                "referenceNo",
                "Only payments with this number of the gateway.",
                .text(pattern: referencePattern),
                example: "PAY1"
            ),
            .query(
                "by",
                "`created` when it is not given.",
                .oneOf(TransactionTime.allCases.map(\.rawValue)),
                example: "paid"
            ),
            .from, .to,
            .query("cursor", "The next of the page before; all else has to be as it was then."),
            .limit,
        ],
        answers: [.json("A page of payments.", .transactionPage)]
    )

    package static let showTransaction = APIOperation(
        id: "showTransaction",
        tag: .payments,
        summary: "One payment with its transitions",
        text: """
            With `wait` it answers as soon as the payment's `lastSequence` is larger than `since`, \
            or when the time is up; a payment that is not known yet is waited for.
            """,
        parameters: [
            partnerReferenceNo, .wait,
            .query(
                "since",
                "The sequence number beyond which something is new.",
                .integer(),
                example: "0"
            ),
        ],
        answers: [.json("The payment.", .transactionWithHistory)],
        problems: [.transactionNotFound]
    )

    package static let showDossier = APIOperation(
        id: "showDossier",
        tag: .payments,
        summary: "All evidence of one payment",
        text: """
            Its callbacks and the calls of the gateway byte for byte, and how to verify each \
            signature with `openssl`. One dossier is made at a time.
            """,
        parameters: [partnerReferenceNo],
        answers: [.json("The dossier.", .dossier)],
        problems: [.transactionNotFound]
    )

    package static let generate = APIOperation(
        id: "generate",
        tag: .payments,
        summary: "Have the gateway make a QR code",
        text: """
            The intent is on disk before the gateway is called, and the call goes on when the \
            client goes away. The same content again is answered with the stored payment, without \
            a second call.
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
        answers: [
            .json("It was generated before.", .transactionWithHistory, headers: [.location]),
            .json(
                "It is new.",
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
        summary: "Ask the gateway about a payment now",
        text: "What it says goes through the status table. An unknown payment is asked about too.",
        body: Body(
            schema: .query,
            examples: ["plain": "{\"partnerReferenceNo\": \"TRX-1\"}"]
        ),
        answers: [.json("The payment, and what the gateway said.", .queryAnswer)],
        problems: gatewayProblems + [.transactionNotFound]
    )

    package static let reconcile = APIOperation(
        id: "reconcile",
        tag: .payments,
        summary: "Ask the gateway at once about everything that is due",
        text: "Answers before the gateway does.",
        body: Body(schema: .nothing, isRequired: false, examples: ["plain": "{}"]),
        answers: [.json("They are being asked about.", .reconciliation, status: .accepted)],
        problems: [.receiveOnly]
    )

    private static let partnerReferenceNo = Parameter.path(
        "partnerReferenceNo",
        "The merchant's number of the payment.",
        .text(pattern: referencePattern),
        example: "TRX-1"
    )

    private static let referencePattern = "^[!-~]{1,\(Reference.bytesMax)}$"

    private static let gatewayProblems: [Problem.Kind] = [
        .receiveOnly, .gatewayRefused, .gatewayError, .gatewayUnreachable, .gatewayTimeout,
    ]
}
