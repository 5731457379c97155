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
