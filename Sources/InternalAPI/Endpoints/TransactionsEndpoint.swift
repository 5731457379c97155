import APIModel
import HTTPCore
import Payments
import Store
import System

/// `GET /v1/transactions`: payments, newest first.
enum TransactionsEndpoint {
    /// One page of payments, without their transitions.
    ///
    /// The cursor is bound to the other parameters, because a location is meaningless in another
    /// list.
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
                    "cursor must be the next of a page of this list with the same parameters.",
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

    /// Reads the filter, without the cursor.
    private static func filter(_ request: APIRequest) throws(Problem) -> TransactionFilter {
        var filter = TransactionFilter()
        filter.statuses = try request.statuses("status", among: TransactionStatus.allCases)
        if let text = request.text("referenceNo") {
            guard let reference = Reference(text) else {
                throw Problem(
                    .invalidParameter,
                    "referenceNo must be 1 to \(Reference.bytesMax) visible ASCII characters.",
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
    /// The filter without the location, as text; different filters have different texts.
    ///
    /// Fields are separated by blanks, which references do not contain. The leading number is a
    /// version: it changes when the meaning of a location changes.
    fileprivate var text: String {
        let statuses = statuses.map { $0.map(\.word).sorted().joined(separator: ",") } ?? ""
        let from = fromMilliseconds.map { String($0) } ?? ""
        let to = toMilliseconds.map { String($0) } ?? ""
        return "1 \(by.rawValue) \(statuses) \(from) \(to) \(referenceNo?.text ?? "")"
    }
}
