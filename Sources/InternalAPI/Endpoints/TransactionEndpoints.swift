import APIModel
import HTTPCore
import Payments
import Store
import System

/// `GET /v1/transactions/{partnerReferenceNo}`: one payment with its transitions, with long poll.
enum TransactionEndpoint {
    /// The payment, or 404.
    ///
    /// With `wait`, responds when `lastSequence` exceeds `since`. An unknown payment is waited for
    /// too.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let waitSeconds = try request.waitSeconds()
        let since = try request.integer("since", in: 0...Int64.max)
        let reference = try reference(request)
        let wanted = Wanted(reference: reference, since: since)
        guard let record = try await wanted.record(waitSeconds: waitSeconds, services.store) else {
            throw unknown(reference)
        }
        return JSON.response(
            TransactionRepresentation(record, nowMilliseconds: SystemClock.realtimeMilliseconds())
        )
    }

    /// The partnerReferenceNo in the path.
    static func reference(_ request: APIRequest) throws(Problem) -> Reference {
        guard let reference = Reference(request.variables[0]) else {
            throw Problem(
                .transactionNotFound,
                "A partnerReferenceNo has 1 to \(Reference.bytesMax) visible ASCII characters.",
                field: "partnerReferenceNo"
            )
        }
        return reference
    }

    /// The problem of a partnerReferenceNo without a transaction.
    static func unknown(_ reference: Reference) -> Problem {
        Problem(
            .transactionNotFound,
            "No transaction has partnerReferenceNo \(reference).",
            field: "partnerReferenceNo"
        )
    }

    /// The condition that a request waits for.
    private struct Wanted {
        let reference: Reference
        let since: Int64?

        /// Waits until the transaction is newer than `since`, or the time has elapsed.
        ///
        /// The mark is taken before each read, so that a commit in between ends the next wait at
        /// once. Nothing of the database is held while waiting.
        ///
        /// - Returns: the transaction as it is then; nil if there is none.
        func record(
            waitSeconds: Int,
            _ store: Store
        ) async throws(Problem) -> TransactionRecord? {
            let deadline = SystemClock.monotonicNanoseconds() + UInt64(waitSeconds) * 1_000_000_000
            while true {
                let mark = store.signal.mark
                let record = try await reading { () async throws(StoreError) in
                    try await store.reader.transaction(reference)
                }
                let now = SystemClock.monotonicNanoseconds()
                let isOver = now >= deadline || store.signal.isClosed || Task.isCancelled
                if isWhatIsWanted(record) || isOver { return record }
                let rest = Int((deadline - now + 999_999_999) / 1_000_000_000)
                await store.signal.wait(for: reference.text, beyond: mark, seconds: rest)
            }
        }

        private func isWhatIsWanted(_ record: TransactionRecord?) -> Bool {
            guard let record else { return false }
            return record.lastSequence > (since ?? -1)
        }
    }
}

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
        filter.amount = try request.amount("amount")
        if let time = try request.transactionTime("by") { filter.by = time }
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
        let amount = amount.map { " \($0.sen)" } ?? ""
        return "1 \(by.rawValue) \(statuses) \(from) \(to) \(referenceNo?.text ?? "")\(amount)"
    }
}
