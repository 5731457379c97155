import APIModel
import HTTPCore
import Payments
import Store
import System

/// `GET /v1/transactions`: payments, the newest first.
enum TransactionsEndpoint {
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let limit = try request.limit()
        var filter = try filter(request)
        let query = filter.text
        if let cursor = request.text("cursor") {
            guard let place = PageCursor.place(cursor, of: query) else {
                throw Problem(
                    .invalidParameter,
                    "cursor has to be a next of this list, asked for with the same parameters.",
                    field: "cursor"
                )
            }
            filter.before = place
        }
        let now = SystemClock.realtimeMilliseconds()
        let wanted = filter
        let page = try await reading { () async throws(StoreError) in
            try await services.store.reader.transactions(wanted, limit: limit)
        }
        return JSON.response(
            ListPage(
                "transactions",
                page.transactions.map {
                    TransactionRepresentation(
                        $0,
                        showsTransitions: false,
                        nowMilliseconds: now
                    )
                },
                next: PageCursor.text(page.next, of: query),
                more: page.more
            )
        )
    }

    private static func filter(_ request: APIRequest) throws(Problem) -> TransactionFilter {
        var filter = TransactionFilter()
        filter.statuses = try request.statuses("status", among: TransactionStatus.allCases)
        if let text = request.text("referenceNo") {
            guard let reference = Reference(text) else {
                throw Problem(
                    .invalidParameter,
                    "referenceNo has to be 1 to \(Reference.bytesMax) visible ASCII characters.",
                    field: "referenceNo"
                )
            }
            filter.referenceNo = reference
        }
        if let word = request.text("by") {
            guard let time = TransactionTime(rawValue: word) else {
                throw APIRequest.notOneOf("by", TransactionTime.allCases.map(\.rawValue))
            }
            filter.by = time
        }
        filter.fromMilliseconds = try request.milliseconds("from")
        filter.toMilliseconds = try request.milliseconds("to")
        return filter
    }
}

extension TransactionFilter {
    /// Everything but the place, in words that no two different filters share. References hold no
    /// blanks. The number in front changes when the meaning of a place does.
    fileprivate var text: String {
        let statuses = statuses.map { $0.map(\.word).sorted().joined(separator: ",") } ?? ""
        let from = fromMilliseconds.map { String($0) } ?? ""
        let to = toMilliseconds.map { String($0) } ?? ""
        return "1 \(by.rawValue) \(statuses) \(from) \(to) \(referenceNo?.text ?? "")"
    }
}
