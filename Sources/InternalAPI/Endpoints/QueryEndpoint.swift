import APIModel
import CashIn
import HTTPCore
import Ledger
import Outbound
import Payments
import Snap
import Store
import System
import Text

/// `POST /admin/qr/query`: asks the gateway about a payment now.
enum QueryEndpoint {
    /// What the gateway answered, as far as it said something.
    private struct GatewayAnswer: Encodable {
        let responseCode: String
        package let responseMessage: String
        var latestTransactionStatus: String?
        package var latestTransactionDesc: String?
        var originalReferenceNo: String?
        package var amount: MoneyRepresentation?
        var paidTime: String?
    }

    private struct Answer: Encodable {
        let transaction: TransactionRepresentation
        let gateway: GatewayAnswer
    }

    static func query(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let members = try APIMembers(request, allow: ["partnerReferenceNo"])
        guard let reference = members["partnerReferenceNo"]?.string.flatMap({ Reference($0) })
        else {
            throw APIMembers.invalid(
                "partnerReferenceNo",
                expected: "1 to \(Reference.bytesMax) visible ASCII characters"
            )
        }
        guard let cashIn = services.outbound.gateway.access?.cashIn else {
            throw .receiveOnly
        }
        let inquiry = try await reading { () async throws(StoreError) in
            try await services.store.reader.inquiry(reference)
        }
        // A client that goes away is no reason to take the gateway for one that does not answer.
        let attempt = await Task { await cashIn.ask(inquiry) }.value
        services.outbound.report.query(inquiry, attempt)
        let receipt = try await committing { () async throws(StoreError) in
            try await services.store.record(inquiry, attempt.outcome, attempt.calls)
        }
        await services.outbound.reconciler.record(attempt, about: reference)
        let gateway = try answer(attempt.query)
        return try await response(gateway, about: receipt, reference, services)
    }

    private static func response(
        _ gateway: GatewayAnswer,
        about receipt: InquiryReceipt,
        _ reference: Reference,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let named = receipt.partnerReferenceNo ?? reference
        let record = try await reading { () async throws(StoreError) in
            try await services.store.reader.transaction(named)
        }
        guard let record else {
            let isUnknown = gateway.latestTransactionStatus == LatestTransactionStatus.notFound.code
            var problem =
                isUnknown
                ? Problem(
                    .transactionNotFound,
                    "Neither the gateway nor the receiver knows a payment \(reference).",
                    field: "partnerReferenceNo"
                )
                : Problem(
                    .gatewayError,
                    "What the gateway answered about \(reference) does not fit; the attention list "
                        + "says why."
                )
            problem.responseCode = gateway.responseCode
            problem.responseMessage = gateway.responseMessage
            throw problem
        }
        return JSON.response(
            Answer(
                transaction: TransactionRepresentation(
                    record,
                    nowMilliseconds: SystemClock.realtimeMilliseconds()
                ),
                gateway: gateway
            )
        )
    }

    private static func answer(_ answer: QueryOutcome) throws(Problem) -> GatewayAnswer {
        switch answer {
        case .found(let found):
            GatewayAnswer(
                responseCode: found.responseCode.description,
                responseMessage: found.responseMessage,
                latestTransactionStatus: found.status.code,
                latestTransactionDesc: found.statusDescription,
                originalReferenceNo: found.originalReferenceNo?.text,
                amount: found.amount.map { MoneyRepresentation($0) },
                paidTime: found.paidTime
            )
        case .notFound(let code, let message):
            GatewayAnswer(
                responseCode: code.description,
                responseMessage: message,
                latestTransactionStatus: LatestTransactionStatus.notFound.code
            )
        case .unauthorized(let failure):
            throw Problem(failure, .gatewayRefused, "The gateway refused to answer: \(failure).")
        case .refused(let failure), .unreadable(let failure), .unavailable(let failure):
            throw problem(failure)
        }
    }

    private static func problem(_ failure: GatewayFailure) -> Problem {
        Problem(
            failure,
            .unanswered(failure),
            "The gateway did not answer the query: \(failure)."
        )
    }
}

extension Problem.Kind {
    /// What a query is answered that the gateway did not answer.
    static func unanswered(_ failure: GatewayFailure) -> Problem.Kind {
        switch failure.kind {
        case .notSent: .gatewayUnreachable
        case .refused: .gatewayRefused
        case .timeout: .gatewayTimeout
        case .failed: .gatewayError
        }
    }
}

/// `POST /admin/reconcile`: asks at once about everything that is due.
enum ReconcileEndpoint {
    private struct Answer: Encodable {
        /// How many payments are asked about.
        let count: Int
    }

    static func reconcile(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        if !request.body.isEmpty { _ = try APIMembers(request, allow: []) }
        guard services.outbound.gateway.access != nil else { throw .receiveOnly }
        let reconciler = services.outbound.reconciler
        let count = try await reading { () async throws(StoreError) in
            try await reconciler.reconcile()
        }
        return JSON.response(Answer(count: count), status: .accepted)
    }
}
