import Payments
import SQLite

/// What the judge has to know of a kept callback.
struct KeptCallback {
    let id: Int64
    let receivedMilliseconds: Int64
    let outcome: CallbackOutcome
    let failedIn: Delivery.Failure?
    let isSettled: Bool
    let signedAt: String
    let body: [UInt8]

    /// Where it stands; the transition that it caused is not read along.
    let place: JournalTable.Place
}

/// What a kept callback says, with what became of it so far.
struct KeptClaim {
    let claim: Claim
    let receivedMilliseconds: Int64
    let outcome: CallbackOutcome
    let isSettled: Bool
    let place: JournalTable.Place

    init?(_ row: Row, id: Int64) {
        guard let fact = row.fact(from: 0) else { return nil }
        claim = Claim(
            callbackID: id,
            fact: fact,
            finishedTime: row.optionalText(4),
            externalID: row.optionalText(5)
        )
        receivedMilliseconds = row.integer(6)
        outcome = CallbackOutcome(rawValue: UInt8(clamping: row.integer(7))) ?? .refused
        isSettled = !row.isNull(8)
        place = JournalTable.Place(
            id: id,
            transactionID: row.optionalInteger(9),
            previousCallbackID: row.optionalInteger(10),
            sequence: nil,
            isCrowded: row.integer(11) != 0
        )
    }

    /// Whether it waits for the gateway's answer to a query.
    var isWaiting: Bool {
        switch outcome {
        case .awaitingQuery, .conflict, .stale: !isSettled
        case .applied, .duplicate, .replayed, .ignored, .invalid, .mismatch, .refused: false
        }
    }
}

/// A kept callback's place in the chain of its transaction's callbacks.
struct CallbackLink {
    let previousCallbackID: Int64?
    let signatureKey: Int64
}

/// The writer's statements on `callbacks`, the journal of authentic callbacks.
final class JournalTable {
    private let insertion: Statement
    private let link: Statement
    private let kept: Statement
    private let repetition: Statement
    private let promotion: Statement
    private let externalIDOwner: Statement
    private let claim: Statement
    private let settlement: Statement
    private let rejudgement: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        insertion = try connection.prepare(
            """
            INSERT INTO callbacks (id, received_at, outcome, answer, failed_in, problem_code,
                problem, external_id, signed_at, original_partner_reference, original_reference,
                status, amount, finished_at, verification, signature_key, client,
                transaction_id, previous_callback, sequence, deliveries, last_received_at,
                is_crowded, head, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
            """
        )
        link = try connection.prepare(
            "SELECT previous_callback, signature_key FROM callbacks WHERE id = ?"
        )
        kept = try connection.prepare(
            """
            SELECT received_at, outcome, failed_in, settled_at, signed_at, body, transaction_id,
                previous_callback, is_crowded
            FROM callbacks WHERE id = ?
            """
        )
        repetition = try connection.prepare(
            "UPDATE callbacks SET deliveries = deliveries + 1, last_received_at = ? WHERE id = ?"
        )
        promotion = try connection.prepare(
            """
            UPDATE callbacks SET outcome = ?, answer = ?, transaction_id = ?, previous_callback = ?,
                sequence = ?, is_crowded = ?
            WHERE id = ?
            """
        )
        externalIDOwner = try connection.prepare(
            """
            SELECT external_id, original_partner_reference, original_reference, status, amount
            FROM callbacks WHERE id = ?
            """
        )
        claim = try connection.prepare(
            """
            SELECT original_partner_reference, original_reference, status, amount, finished_at,
                external_id, received_at, outcome, settled_at, transaction_id, previous_callback,
                is_crowded
            FROM callbacks WHERE id = ?
            """
        )
        rejudgement = try connection.prepare(
            """
            UPDATE callbacks SET outcome = ?, answer = ?, failed_in = ?, problem_code = ?,
                problem = ?, original_partner_reference = ?, original_reference = ?, status = ?,
                amount = ?, finished_at = ?, transaction_id = ?, previous_callback = ?,
                sequence = ?, is_crowded = ?
            WHERE id = ?
            """
        )
        settlement = try connection.prepare(
            "UPDATE callbacks SET settled_at = ? WHERE id = ? AND settled_at IS NULL"
        )
    }

    /// Where an inserted callback belongs.
    struct Place {
        let id: Int64
        var transactionID: Int64?
        var previousCallbackID: Int64?
        var sequence: Int64?

        /// Whether so many callbacks share its references that it is found by its signature
        /// instead.
        var isCrowded = false
    }

    /// Appends a delivery with its verdict.
    func insert(
        _ delivery: Delivery,
        verdict: Verdict,
        verification: Int64,
        at place: Place
    ) throws(SQLiteError) {
        try insertion.run { row in
            row.integer(place.id)
            row.integer(delivery.receivedMilliseconds)
            row.integer(Int(verdict.outcome.rawValue))
            row.integer(Int(verdict.answer.rawValue))
            row.failure(delivery.content)
            row.text(delivery.externalID)
            row.text(delivery.timestamp)
            row.fact(delivery)
            row.integer(verification)
            row.integer(delivery.signatureKey)
            row.text(delivery.client)
            row.integer(place.transactionID)
            row.integer(place.previousCallbackID)
            row.integer(place.sequence)
            row.integer(delivery.receivedMilliseconds)
            row.integer(place.isCrowded ? 1 : 0)
            row.blob(delivery.head)
            row.blob(delivery.body)
        }
    }

    /// Writes what a kept callback is now judged to be.
    func rejudge(
        _ delivery: Delivery,
        verdict: Verdict,
        at place: Place
    ) throws(SQLiteError) {
        try rejudgement.run { row in
            row.integer(Int(verdict.outcome.rawValue))
            row.integer(Int(verdict.answer.rawValue))
            row.failure(delivery.content)
            row.fact(delivery)
            row.integer(place.transactionID)
            row.integer(place.previousCallbackID)
            row.integer(place.sequence)
            row.integer(place.isCrowded ? 1 : 0)
            row.integer(place.id)
        }
    }

    /// The chain link of a callback, or nil when there is no such callback.
    func link(of id: Int64) throws(SQLiteError) -> CallbackLink? {
        try link.first {
            $0.integer(id)
        } row: {
            CallbackLink(previousCallbackID: $0.optionalInteger(0), signatureKey: $0.integer(1))
        }
    }

    /// What has to be known of a kept callback to judge it again.
    func kept(_ id: Int64) throws(SQLiteError) -> KeptCallback? {
        try kept.first {
            $0.integer(id)
        } row: {
            KeptCallback(
                id: id,
                receivedMilliseconds: $0.integer(0),
                outcome: CallbackOutcome(rawValue: UInt8(clamping: $0.integer(1))) ?? .refused,
                failedIn: $0.optionalText(2).flatMap { Delivery.Failure(rawValue: $0) },
                isSettled: !$0.isNull(3),
                signedAt: $0.text(4),
                body: $0.blob(5),
                place: Place(
                    id: id,
                    transactionID: $0.optionalInteger(6),
                    previousCallbackID: $0.optionalInteger(7),
                    sequence: nil,
                    isCrowded: $0.integer(8) != 0
                )
            )
        }
    }

    /// Counts one more delivery of a kept callback.
    func countRepetition(of id: Int64, receivedMilliseconds: Int64) throws(SQLiteError) {
        try repetition.run {
            $0.integer(receivedMilliseconds)
            $0.integer(id)
        }
    }

    /// Notes that a kept callback took effect after all.
    func promote(at place: Place) throws(SQLiteError) {
        try promotion.run {
            $0.integer(Int(CallbackOutcome.applied.rawValue))
            $0.integer(Int(CallbackAnswer.successful.rawValue))
            $0.integer(place.transactionID)
            $0.integer(place.previousCallbackID)
            $0.integer(place.sequence)
            $0.integer(place.isCrowded ? 1 : 0)
            $0.integer(place.id)
        }
    }

    /// What a kept callback says, or nil when there is no such callback or it cannot be read.
    func claim(of id: Int64) throws(SQLiteError) -> KeptClaim? {
        let found = try claim.first {
            $0.integer(id)
        } row: {
            KeptClaim($0, id: id)
        }
        return found ?? nil
    }

    /// Notes that a query has answered what a kept callback asks.
    func settle(_ id: Int64, atMilliseconds now: Int64) throws(SQLiteError) {
        try settlement.run {
            $0.integer(now)
            $0.integer(id)
        }
    }

    /// The X-EXTERNAL-ID and the fact of a kept callback.
    func externalID(of id: Int64) throws(SQLiteError) -> (externalID: String?, fact: Fact?)? {
        try externalIDOwner.first {
            $0.integer(id)
        } row: {
            ($0.optionalText(0), $0.fact(from: 1))
        }
    }
}

extension Binder {
    fileprivate mutating func failure(_ content: Delivery.Content) {
        if case .failure(let failure, let code, let problem, _) = content {
            text(failure.rawValue)
            text(code)
            text(problem)
        } else {
            text(nil)
            text(nil)
            text(nil)
        }
    }

    fileprivate mutating func fact(_ delivery: Delivery) {
        text(delivery.pair?.originalPartnerReferenceNo.text)
        text(delivery.pair?.originalReferenceNo.text)
        if case .fact(let fact, let finishedTime) = delivery.content {
            integer(Int(fact.status.rawValue))
            integer(fact.amount.sen)
            text(finishedTime)
        } else {
            integer(nil)
            integer(nil)
            text(nil)
        }
    }
}

extension Row {
    /// A fact in four columns from `column` on: both references, status, amount.
    func fact(from column: Int32) -> Fact? {
        guard let partner = Reference(text(column)), let reference = Reference(text(column + 1)),
            let code = optionalInteger(column + 2),
            let status = LatestTransactionStatus(rawValue: UInt8(clamping: code)),
            let sen = optionalInteger(column + 3), let amount = Amount(sen: sen)
        else { return nil }
        let pair = ReferencePair(
            originalPartnerReferenceNo: partner,
            originalReferenceNo: reference
        )
        return Fact(pair: pair, status: status, amount: amount)
    }
}
