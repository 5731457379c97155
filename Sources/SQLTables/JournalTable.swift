package import Ledger
import Payments
package import Store

/// The writer's statements on the journal of authentic callbacks: `callbacks` and
/// `callback_contents`; inside a write only.
///
/// A callback is appended once and read when it is decided about again; no decision reads its
/// bytes. One property for each statement, and one for the values that the rows refer to.
package final class JournalTable {
    /// Appends a row to `callbacks`.
    ///
    /// It also adds an entry to `callbacks_of_payment`, near its end for a new payment, and one to
    /// `callbacks_waiting` for a callback that waits.
    private let insertion: any SQLStatement

    /// Appends the bytes of a callback.
    private let content: any SQLStatement

    /// Replaces the columns that a later decision may change, by primary key. The time of receipt,
    /// the signature and the bytes never change.
    private let update: any SQLStatement

    /// Counts one more delivery, by primary key.
    private let redelivery: any SQLStatement

    /// One callback, by primary key.
    private let byID: any SQLStatement

    /// The callbacks of a payment with a signature, by `callbacks_of_payment`: the redelivered one,
    /// or two when the first failed by unsigned headers only.
    private let bySignature: any SQLStatement

    /// The callbacks of no payment with a signature, by the null key of `callbacks_of_payment`.
    /// They are unreadable callbacks, so a search is needed only for unreadable deliveries.
    private let unplacedBySignature: any SQLStatement

    /// The callbacks of payments that wait for a query, by `callbacks_waiting`: at most 100 for a
    /// payment.
    private let waiting: any SQLStatement

    /// The ways in which signatures verified.
    private let verifications: NumberedValues<Delivery.Verification>

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        verifications = try NumberedValues(connection)
        insertion = try connection.prepare(
            """
            INSERT INTO callbacks (id, received_at, deliveries, last_received_at, verification,
                signed_at, signed_ms, signed_digest, external_id, client, payment_id, outcome,
                answer, is_waiting, owns_external_id, sequence, original_partner_reference,
                original_reference, status, amount, finished_at, finished_ms,
                original_external_id, failed_in, problem_code, problem)
            VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        content = try connection.prepare("INSERT INTO callback_contents VALUES (?, ?, ?)")
        update = try connection.prepare(
            """
            UPDATE callbacks SET payment_id = ?, outcome = ?, answer = ?, is_waiting = ?,
                owns_external_id = ?, sequence = ?, original_partner_reference = ?,
                original_reference = ?, status = ?, amount = ?, finished_at = ?, finished_ms = ?,
                original_external_id = ?, failed_in = ?, problem_code = ?, problem = ?
            WHERE id = ?
            """
        )
        redelivery = try connection.prepare(
            "UPDATE callbacks SET deliveries = deliveries + 1, last_received_at = ? WHERE id = ?"
        )
        let selection = "\(Self.selection) WHERE"
        byID = try connection.prepare("\(selection) id = ?")
        bySignature = try connection.prepare(
            "\(selection) payment_id = ? AND signed_digest = ?"
        )
        unplacedBySignature = try connection.prepare(
            "\(selection) payment_id IS NULL AND signed_digest = ?"
        )
        waiting = try connection.prepare(
            """
            \(selection) is_waiting = 1
                AND payment_id IN (\(connection.dialect.integers)) ORDER BY id
            """
        )
    }

    // MARK: Writing

    /// Appends a callback with the bytes of its delivery.
    package func insert(
        _ callback: StoredCallback,
        _ delivery: Delivery
    ) throws(StoreError) {
        let verification = try verifications.id(of: delivery.verification)
        try insertion.run { row in
            row.integer(callback.id)
            row.integer(callback.receivedMilliseconds)
            row.integer(callback.receivedMilliseconds)
            row.integer(verification)
            row.text(delivery.timestamp)
            row.integer(callback.signedMilliseconds)
            row.blob(callback.signedDigest.bytes)
            row.text(callback.externalID)
            row.text(delivery.client)
            row.judged(callback)
        }
        try content.run {
            $0.integer(callback.id)
            $0.blob(delivery.head)
            $0.blob(delivery.body)
        }
    }

    /// Writes what was decided about a stored callback.
    package func update(_ callback: StoredCallback) throws(StoreError) {
        try update.run { row in
            row.judged(callback)
            row.integer(callback.id)
        }
    }

    /// Counts one more delivery of a stored callback; its bytes are not stored again.
    package func countRedelivery(of id: Int64, atMilliseconds now: Int64) throws(StoreError) {
        try redelivery.run {
            $0.integer(now)
            $0.integer(id)
        }
    }

    // MARK: Reading

    /// The stored callback with this ID; nil when there is none.
    package func callback(_ id: Int64) throws(StoreError) -> StoredCallback? {
        let found = try byID.first {
            $0.integer(id)
        } row: {
            Self.read($0)
        }
        return found ?? nil
    }

    /// The callbacks of a payment with this signature; with nil, those of no payment.
    package func callbacks(
        signed digest: SignedDigest,
        paymentID: Int64?
    ) throws(StoreError) -> [StoredCallback] {
        guard let paymentID else {
            return try unplacedBySignature.all {
                $0.blob(digest.bytes)
            } row: {
                Self.read($0)
            }.compactMap(\.self)
        }
        return try bySignature.all {
            $0.integer(paymentID)
            $0.blob(digest.bytes)
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    /// The callbacks of these payments that wait for a query, oldest first.
    package func waiting(of paymentIDs: [Int64]) throws(StoreError) -> [StoredCallback] {
        try waiting.all {
            $0.list(paymentIDs)
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    /// Callbacks, in the order that ``read(_:)`` expects.
    package static let selection = """
        SELECT id, payment_id, received_at, signed_ms, external_id, signed_digest, outcome, answer,
        is_waiting, sequence, original_partner_reference, original_reference, status, amount,
        finished_at, finished_ms, original_external_id, failed_in, problem_code, problem,
        owns_external_id
        FROM callbacks
        """

    /// Reads a row of ``selection``; nil when the digest is malformed. An unknown outcome or
    /// response counts as a rejection.
    package static func read(_ row: any SQLRow) -> StoredCallback? {
        guard let digest = SignedDigest(row.blob(5)) else { return nil }
        var callback = StoredCallback(
            id: row.integer(0),
            paymentID: row.optionalInteger(1),
            receivedMilliseconds: row.integer(2),
            signedMilliseconds: row.optionalInteger(3),
            externalID: row.optionalText(4),
            signedDigest: digest,
            content: content(row),
            outcome: CallbackOutcome(rawValue: UInt8(clamping: row.integer(6))) ?? .refused,
            response: CallbackResponse(rawValue: UInt8(clamping: row.integer(7))) ?? .invalid
        )
        callback.isWaiting = row.integer(8) != 0
        callback.sequence = row.optionalInteger(9)
        callback.ownsExternalID = row.integer(20) != 0
        return callback
    }

    /// Reads the fact of a callback or, when the row has none, its defect with the readable
    /// references.
    ///
    /// A fact needs both references and a status; only its amount may be null.
    private static func content(_ row: any SQLRow) -> CallbackContent {
        if let fact = row.fact(from: 10) {
            return CallbackContent(
                fact,
                marks: SuccessMarks(
                    time: row.gatewayTime(from: 14),
                    originalExternalID: row.optionalText(16)
                )
            )
        }
        return CallbackContent(
            CallbackContent.Defect(
                DeliveryFailure(rawValue: row.text(17)) ?? .body,
                code: row.text(18),
                problem: row.text(19)
            ),
            references: [row.optionalText(10), row.optionalText(11)].compactMap { text in
                text.flatMap { Reference($0) }
            }
        )
    }
}

extension SQLBinder {
    /// Binds the columns that a decision may change, in the order of insertion and update.
    fileprivate func judged(_ callback: StoredCallback) {
        integer(callback.paymentID)
        integer(Int(callback.outcome.rawValue))
        integer(Int(callback.response.rawValue))
        integer(callback.isWaiting ? 1 : 0)
        integer(callback.ownsExternalID ? 1 : 0)
        integer(callback.sequence)
        let content = callback.content
        if let fact = content.fact {
            self.fact(fact)
        } else {
            text(content.references.first?.text)
            text(content.references.dropFirst().first?.text)
            integer(nil)
            integer(nil)
        }
        time(content.marks.time)
        text(content.marks.originalExternalID)
        text(content.defect?.failure.rawValue)
        text(content.defect?.code)
        text(content.defect?.problem)
    }
}

extension SignedDigest {
    /// The 32 bytes of the digest.
    package var bytes: [UInt8] {
        /// The 32 bytes of the digest, most significant byte of each word first.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// The digest of 32 bytes; nil for any other number of bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        let word = { (start: Int) in
            bytes[start..<(start + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        self.init(word(0), word(8), word(16), word(24))
    }
}
