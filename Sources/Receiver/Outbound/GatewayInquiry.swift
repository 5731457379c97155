import CashIn
import Payments
import Snap
import Store

/// One attempt at an inquiry: what it came to, and every call that was made for it.
struct InquiryAttempt: Sendable {
    /// The outcome of a query as ``QRGenerator`` needs it.
    enum Answer: Sendable {
        case found(QueryAnswer)
        case notFound
        case unauthorized(OutboundFailure)
        case unknown(OutboundFailure)
    }

    let outcome: InquiryOutcome

    /// The outcome of the query that decided.
    let query: QueryOutcome
    let exchanges: [ExchangeRecord]

    /// ``query`` without its distinctions among failures.
    var answer: Answer {
        switch query {
        case .found(let found): .found(found)
        case .notFound: .notFound
        case .unauthorized(let failure): .unauthorized(failure)
        case .refused(let failure), .unreadable(let failure), .unavailable(let failure):
            .unknown(failure)
        }
    }
}

extension CashInClient {
    /// Asks about a payment: under its first number, and where that is not known and only a guess,
    /// under the other.
    func ask(_ inquiry: Inquiry) async -> InquiryAttempt {
        var exchanges: [ExchangeRecord] = []
        var asked = inquiry.partnerReferenceNo
        var answer = await ask(asked, &exchanges)
        if case .notFound = answer, let alternative = inquiry.alternative {
            asked = alternative
            answer = await ask(asked, &exchanges)
        }
        return InquiryAttempt(
            outcome: InquiryOutcome(answer, asked: asked),
            query: answer,
            exchanges: exchanges
        )
    }

    /// Asks about one number; once more, signed anew, when the connection was a dead one.
    private func ask(
        _ reference: Reference,
        _ exchanges: inout [ExchangeRecord]
    ) async -> QueryOutcome {
        let (first, exchange) = await query(reference)
        exchanges.append(ExchangeRecord(exchange, .query, reference))
        guard case .unavailable(let failure) = first, failure.isOfKeptConnection else {
            return first
        }
        let (second, repetition) = await query(reference, needsFreshConnection: true)
        exchanges.append(ExchangeRecord(repetition, .query, reference))
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
                amount: found.amount,
                paidAt: found.paidTime
            )
            self = .found(report, asked: asked, responseCode: found.responseCode.description)
        case .notFound(let code, _): self = .notFound(responseCode: code.description)
        case .unauthorized(let failure):
            self = .unauthorized(responseCode: failure.responseCode?.description)
        case .refused(let failure), .unreadable(let failure):
            self = .refused(responseCode: failure.responseCode?.description)
        case .unavailable: self = .lost
        }
    }
}

extension ExchangeRecord {
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
            stringToSign: exchange.stringToSign,
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
