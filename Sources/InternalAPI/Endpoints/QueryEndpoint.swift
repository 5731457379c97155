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

/// `POST /admin/qr/query`: queries the gateway about a payment now.
enum QueryEndpoint {
    private struct Body: Encodable {
        let transaction: TransactionRepresentation
        let gateway: GatewayQueryRepresentation
    }

    /// Queries the gateway, records the report, and returns the payment.
    ///
    /// The query counts for the schedule and for the health of the gateway like one of the
    /// reconciler. A payment that only the gateway knows is created; one that neither knows is 404.
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
        let (gateway, receipt) = try await query(reference, services)
        return try await response(gateway, about: receipt, reference, services)
    }

    /// Queries the gateway about a payment, and records the report.
    ///
    /// - Throws: also if there is no usable response; that is recorded, too.
    static func query(
        _ reference: Reference,
        _ services: APIServices
    ) async throws(Problem) -> (GatewayQueryRepresentation, QueryReceipt) {
        guard let cashIn = services.outbound.gateway.access?.cashIn else {
            throw .receiveOnly
        }
        let inquiry = try await reading { () async throws(StoreError) in
            try await services.store.reader.inquiry(reference)
        }
        // In a task of its own: if the client disconnects, the cancelled call must not be recorded
        // as a failure of the gateway.
        let attempt = await Task { await cashIn.query(inquiry) }.value
        services.outbound.report.query(inquiry, attempt)
        let receipt = try await committing { () async throws(StoreError) in
            try await services.store.record(inquiry, attempt.outcome, attempt.calls)
        }
        await services.outbound.reconciler.record(attempt, about: reference)
        return (try gatewayResponse(attempt.query), receipt)
    }

    /// The payment after the report was recorded.
    ///
    /// - Parameter receipt: names the payment that the report was recorded for, which may have
    ///   another partnerReferenceNo than the requested one.
    private static func response(
        _ gateway: GatewayQueryRepresentation,
        about receipt: QueryReceipt,
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
                    "Neither the gateway nor the receiver has a payment \(reference).",
                    field: "partnerReferenceNo"
                )
                : Problem(
                    .gatewayError,
                    "The gateway's response about \(reference) does not match the query; see the "
                        + "attention list."
                )
            problem.responseCode = gateway.responseCode
            problem.responseMessage = gateway.responseMessage
            throw problem
        }
        return JSON.response(
            Body(
                transaction: TransactionRepresentation(
                    record,
                    nowMilliseconds: SystemClock.realtimeMilliseconds()
                ),
                gateway: gateway
            )
        )
    }

    /// The gateway's response; throws if there is no usable one.
    private static func gatewayResponse(
        _ outcome: QueryOutcome
    ) throws(Problem) -> GatewayQueryRepresentation {
        switch outcome {
        case .found(let found):
            GatewayQueryRepresentation(
                responseCode: found.responseCode.description,
                responseMessage: found.responseMessage,
                latestTransactionStatus: found.status.code,
                latestTransactionDesc: found.statusDescription,
                originalReferenceNo: found.originalReferenceNo?.text,
                amount: found.amount,
                paidTime: found.paidTime
            )
        case .notFound(let code, let message):
            GatewayQueryRepresentation(
                responseCode: code.description,
                responseMessage: message,
                latestTransactionStatus: LatestTransactionStatus.notFound.code
            )
        case .unauthorized(let failure):
            throw Problem(failure, .gatewayRefused, "The gateway rejected the query: \(failure).")
        case .refused(let failure), .unreadable(let failure), .unavailable(let failure):
            throw problem(failure)
        }
    }

    private static func problem(_ failure: GatewayFailure) -> Problem {
        Problem(
            failure,
            .unanswered(failure),
            "The query failed: \(failure)."
        )
    }
}

extension Problem.Kind {
    /// The kind of problem of a failed query.
    static func unanswered(_ failure: GatewayFailure) -> Problem.Kind {
        switch failure.kind {
        case .notSent: .gatewayUnreachable
        case .refused: .gatewayRefused
        case .timeout: .gatewayTimeout
        case .failed: .gatewayError
        }
    }
}

/// `POST /admin/reconcile`: queries the gateway now about all open payments that are due.
enum ReconcileEndpoint {
    private struct Body: Encodable {
        /// The number of payments that are queried.
        let count: Int
    }

    /// Starts the queries and returns 202; their results are not waited for.
    ///
    /// Open payments whose schedule has ended are included.
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
        return JSON.response(Body(count: count), status: .accepted)
    }
}
