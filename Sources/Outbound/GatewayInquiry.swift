package import CashIn
package import Ledger
package import Payments
import Snap

/// One attempt at an inquiry: its result, and every call that was made for it.
package struct QueryAttempt: Sendable {
    /// The result for the payment, as the ledger decides about it.
    package let outcome: QueryResult

    /// The outcome of the last query, from which ``outcome`` was made; with the failure as the
    /// client reported it.
    package let query: QueryOutcome

    /// The calls for the journal, in the order in which they were sent: one to four, since there
    /// are two numbers at most, and each is queried twice at most.
    package let calls: [GatewayCall]
}

extension CashInClient {
    /// Queries a payment: under its first number, and if the gateway does not know that, under the
    /// alternative one, which exists only while the roles of the two numbers are a guess (article
    /// Statuses, "References").
    ///
    /// Never throws: a failed call is part of the attempt. Cancelling the task interrupts the call,
    /// which then counts as a failure of the gateway. Each call takes at most
    /// `cashIn.requestTimeoutSeconds`, including the wait for a connection.
    package func query(_ inquiry: Inquiry) async -> QueryAttempt {
        var calls: [GatewayCall] = []
        var queried = inquiry.partnerReferenceNo
        var outcome = await queryWithRetry(queried, &calls)
        if case .notFound = outcome, let alternative = inquiry.alternative {
            queried = alternative
            outcome = await queryWithRetry(queried, &calls)
        }
        return QueryAttempt(
            outcome: QueryResult(outcome, queried: queried),
            query: outcome,
            calls: calls
        )
    }

    /// Queries one number. A reused connection that failed before any byte of the response says
    /// nothing about the gateway, so the query is sent once more, on a new connection.
    ///
    /// The second request is signed again, because an X-EXTERNAL-ID may be used once only.
    ///
    /// - Parameter calls: gets the record of each call.
    private func queryWithRetry(
        _ reference: Reference,
        _ calls: inout [GatewayCall]
    ) async -> QueryOutcome {
        let (first, call) = await query(reference)
        calls.append(call)
        guard case .unavailable(let failure) = first, failure.isOfReusedConnection else {
            return first
        }
        let (second, secondCall) = await query(reference, needsFreshConnection: true)
        calls.append(secondCall)
        return second
    }
}

extension QueryResult {
    /// Reduces an outcome to what the ledger decides on. Details contain the excerpt of a response
    /// that is not SNAP: they are for attention entries, not for the log.
    ///
    /// - Parameter queried: the number of the query that had this outcome.
    fileprivate init(_ outcome: QueryOutcome, queried: Reference) {
        switch outcome {
        case .found(let response):
            let report = GatewayReport(
                partnerReferenceNo: response.originalPartnerReferenceNo,
                referenceNo: response.originalReferenceNo,
                status: response.status,
                amount: response.reportedAmount,
                paidAt: response.paidAt
            )
            self = .found(
                report,
                queried: queried,
                responseCode: response.responseCode.description
            )
        case .notFound(let code, _): self = .notFound(responseCode: code.description)
        case .unauthorized(let failure):
            self = .unauthorized(
                responseCode: failure.responseCode,
                detail: failure.description
            )
        case .refused(let failure):
            self = .refused(
                responseCode: failure.responseCode,
                detail: failure.description
            )
        case .unreadable(let failure): self = .unreadable(detail: failure.description)
        case .unavailable: self = .unavailable
        }
    }
}
