import Payments
import Search
import Snap
import Store
import Text

extension SearchedPayment {
    /// - Parameter record: a transaction with its transitions.
    init(_ record: TransactionRecord) {
        self.init(
            partnerReferenceNo: record.partnerReferenceNo,
            status: record.status,
            createdMilliseconds: record.createdMilliseconds
        )
        updatedMilliseconds = record.updatedMilliseconds
        referenceNo = record.referenceNo
        amount = record.amount
        paidAmount = record.paidAmount
        refundedAmount = record.refundedAmount
        paidMilliseconds = record.paidAt?.milliseconds
        expiresMilliseconds = record.generation?.expiresMilliseconds
        lastError = record.generation?.lastError
        callbackCount = record.callbackCount
        lastQuery = record.lastQuery
        attention = record.attention
        steps = record.transitions.map { transition in
            Step(
                from: transition.from,
                to: transition.to,
                source: transition.source,
                milliseconds: transition.recordedMilliseconds
            )
        }
    }
}

extension SearchedCallback {
    init(_ record: CallbackRecord) {
        self.init(
            id: record.id,
            receivedMilliseconds: record.receivedMilliseconds,
            outcome: record.outcome
        )
        code = record.problemCode
        problem = record.problem
        client = record.client
        deliveries = record.deliveries
        partnerReferenceNo = record.partnerReferenceNo
        body = record.body
        if let fact = record.fact {
            amounts = [fact.amount].compactMap(\.self)
            references = [
                fact.pair.originalPartnerReferenceNo.text, fact.pair.originalReferenceNo.text,
            ]
        }
        if let id = record.externalID { references.append(id) }
        guard record.fact == nil, let root = (try? JSONDocument(record.body))?.root else { return }
        amounts = root.searchedAmounts
        references += ["originalPartnerReferenceNo", "originalReferenceNo"].compactMap {
            root[$0]?.string
        }
    }
}

extension SearchedCall {
    init(_ stored: StoredGatewayCall) {
        let call = stored.call
        let response = call.responseBody.flatMap { try? JSONDocument($0) }?.root
        let words = ["responseCode", "responseMessage"].compactMap { response?[$0]?.string }
        let status = call.responseStatus.map { "HTTP status \($0)" } ?? "no response"
        self.init(
            id: stored.id,
            service: call.service,
            partnerReferenceNo: call.partnerReferenceNo,
            milliseconds: call.finishedMilliseconds,
            outcome: call.error ?? (words.isEmpty ? status : words.joined(separator: " "))
        )
        bodies = [call.requestBody, call.responseBody ?? []]
        let request = (try? JSONDocument(call.requestBody))?.root
        amounts = [request, response].compactMap(\.self).flatMap(\.searchedAmounts)
    }
}

extension JSONValue {
    /// The member `amount` of a body, in every reading that it may have.
    fileprivate var searchedAmounts: [Amount] {
        guard let member = self["amount"] else { return [] }
        let value = member.kind == .object ? member["value"] : member
        guard let value else { return [] }
        let reported =
            switch value.kind {
            case .string: ReportedAmount(text: (value.string ?? "").utf8.span)
            case .number: ReportedAmount(number: value.literal.utf8.span)
            case .object, .array, .true, .false, .null: nil as ReportedAmount?
            }
        return switch reported {
        case .exact(let amount): [amount]
        case .ambiguous(let literal, let thousands): [literal, thousands]
        case nil: []
        }
    }
}
