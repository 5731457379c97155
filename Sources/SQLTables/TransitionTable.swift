import Ledger
package import Payments
package import Store

/// The writer's statement on `transitions`, the feed; inside a write only.
///
/// Rows are only appended, and removed from the start by a retention order. The order of commits is
/// that of the sequence numbers, so a reader that sees a transition sees all before it.
package final class TransitionTable {
    /// Appends a row; the primary key rejects a sequence number that exists.
    private let insertion: any SQLStatement

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        insertion = try connection.prepare(
            """
            INSERT INTO transitions (sequence, payment_id, partner_reference, reference,
                from_status, to_status, latest_status, amount, source, external_id, callback_id,
                paid_at, paid_ms, recorded_at, previous_sequence, operator, note)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
    }

    /// Appends a transition.
    ///
    /// Its sequence number must be the head's successor, which the ledger guarantees: the feed has
    /// no gaps. The references are stored as of now, because they may be corrected later.
    package func insert(_ transition: Transition) throws(StoreError) {
        try insertion.run {
            $0.integer(transition.sequence)
            $0.integer(transition.paymentID)
            $0.text(transition.partnerReferenceNo.text)
            $0.text(transition.referenceNo?.text)
            $0.integer(transition.from.map { Int64($0.rawValue) })
            $0.integer(Int(transition.to.rawValue))
            $0.integer(Int(transition.latestStatus.rawValue))
            $0.integer(transition.amount?.sen)
            $0.integer(Int(transition.source.rawValue))
            $0.text(transition.externalID)
            $0.integer(transition.callbackID)
            $0.time(transition.paidAt)
            $0.integer(transition.recordedMilliseconds)
            $0.integer(transition.previousSequence)
            $0.text(transition.decision?.by)
            $0.text(transition.decision?.note)
        }
    }
}
