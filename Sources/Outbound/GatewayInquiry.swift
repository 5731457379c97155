package import CashIn
package import Ledger
package import Payments
import Snap

/// One attempt at an inquiry: how it ended, and every call that was made for it.
package struct InquiryAttempt: Sendable {
    package let outcome: InquiryOutcome

    /// The outcome of the query that decided.
    package let query: QueryOutcome
    package let calls: [GatewayCall]
}

extension CashInClient {
    /// Asks about a payment: under its first number, and where that is not known and only a guess,
    /// under the other.
    package func ask(_ inquiry: Inquiry) async -> InquiryAttempt {
        var calls: [GatewayCall] = []
        var asked = inquiry.partnerReferenceNo
        var answer = await ask(asked, &calls)
        if case .notFound = answer, let alternative = inquiry.alternative {
            asked = alternative
            answer = await ask(asked, &calls)
        }
        return InquiryAttempt(
            outcome: InquiryOutcome(answer, asked: asked),
            query: answer,
            calls: calls
        )
    }

    /// Asks about one number; once more, signed again, when the connection was a dead one.
    private func ask(
        _ reference: Reference,
        _ calls: inout [GatewayCall]
    ) async -> QueryOutcome {
        let (first, exchange) = await query(reference)
        calls.append(GatewayCall(exchange, .query, reference))
        guard case .unavailable(let failure) = first, failure.isOfKeptConnection else {
            return first
        }
        let (second, repeated) = await query(reference, needsFreshConnection: true)
        calls.append(GatewayCall(repeated, .query, reference))
        return second
    }
}

extension InquiryOutcome {
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
                responseCode: failure.responseCode?.description,
                detail: failure.description
            )
        case .refused(let failure):
            self = .refused(
                responseCode: failure.responseCode?.description,
                detail: failure.description
            )
        case .unreadable(let failure): self = .unreadable(detail: failure.description)
        case .unavailable: self = .unavailable
        }
    }
}

extension GatewayCall {
    /// A call as the store keeps it.
    init(
        _ exchange: OutboundExchange,
        _ service: ResponseCode.Service,
        _ partnerReferenceNo: Reference
    ) {
        self.init(
            service: service.rawValue,
            partnerReferenceNo: partnerReferenceNo.text,
            externalID: exchange.externalID,
            timestamp: exchange.timestamp,
            signedPath: exchange.signedPath,
            signature: exchange.signature,
            requestHead: exchange.requestHead,
            requestBody: exchange.requestBody,
            responseStatus: exchange.responseStatus,
            responseHead: exchange.responseHead,
            responseBody: exchange.responseBody,
            error: exchange.error,
            startedMilliseconds: exchange.startedMilliseconds,
            finishedMilliseconds: exchange.finishedMilliseconds
        )
    }
}
