package import CashIn
package import Ledger
package import Payments
import Snap

/// One attempt at an inquiry: how it ended, and every call that was made for it.
package struct QueryAttempt: Sendable {
    package let outcome: QueryResult

    /// The outcome of the query that decided.
    package let query: QueryOutcome
    package let calls: [GatewayCall]
}

extension CashInClient {
    /// Asks about a payment: under its first number, and where that is not known and only a guess,
    /// under the other.
    package func ask(_ inquiry: Inquiry) async -> QueryAttempt {
        var calls: [GatewayCall] = []
        var asked = inquiry.partnerReferenceNo
        var answer = await ask(asked, &calls)
        if case .notFound = answer, let alternative = inquiry.alternative {
            asked = alternative
            answer = await ask(asked, &calls)
        }
        return QueryAttempt(
            outcome: QueryResult(answer, asked: asked),
            query: answer,
            calls: calls
        )
    }

    /// Asks about one number; once more, signed again, when the connection was a dead one.
    private func ask(
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
    fileprivate init(_ answer: QueryOutcome, asked: Reference) {
        switch answer {
        case .found(let found):
            let report = GatewayReport(
                partnerReferenceNo: found.originalPartnerReferenceNo,
                referenceNo: found.originalReferenceNo,
                status: found.status,
                amount: found.reportedAmount,
                paidAt: found.paidAt
            )
            self = .found(report, asked: asked, responseCode: found.responseCode.description)
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
