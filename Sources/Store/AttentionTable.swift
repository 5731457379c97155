import Payments
import SQLite

/// The writer's statements on `attention`: one open entry for a (transaction or callback, kind).
final class AttentionTable {
    private let repetition: Statement
    private let repetitionOfCallback: Statement
    private let insertion: Statement
    private let resolution: Statement
    private let selection: Statement
    private let operation: Statement
    private let resolutionOfCallback: Statement
    private let connection: Connection

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        repetition = try connection.prepare(
            """
            UPDATE attention SET count = count + 1, last_at = ?,
                callback_id = coalesce(?, callback_id), detail = ?
            WHERE resolved_at IS NULL AND transaction_id = ? AND kind = ?
            """
        )
        repetitionOfCallback = try connection.prepare(
            """
            UPDATE attention SET count = count + 1, last_at = ?, detail = ?
            WHERE resolved_at IS NULL AND transaction_id IS NULL AND callback_id IS ? AND kind = ?
            """
        )
        insertion = try connection.prepare(
            """
            INSERT INTO attention (kind, transaction_id, callback_id, partner_reference, detail,
                count, opened_at, last_at)
            VALUES (?, ?, ?, ?, ?, 1, ?, ?)
            """
        )
        selection = try connection.prepare(
            "SELECT transaction_id, callback_id, resolved_at FROM attention WHERE id = ?"
        )
        operation = try connection.prepare(
            "UPDATE attention SET resolved_at = ?, resolved_by = ?, note = ? WHERE id = ?"
        )
        // As above, each of the two has an index: one statement for both could use neither.
        resolution = try connection.prepare(
            """
            UPDATE attention SET resolved_at = ?, resolved_by = ?, note = ?
            WHERE resolved_at IS NULL AND transaction_id = ? AND kind = ?
            """
        )
        resolutionOfCallback = try connection.prepare(
            """
            UPDATE attention SET resolved_at = ?, resolved_by = ?, note = ?
            WHERE resolved_at IS NULL AND transaction_id IS NULL AND callback_id IS ? AND kind = ?
            """
        )
    }

    /// What has to be known of an entry to resolve it.
    struct Entry {
        let transactionID: Int64?
        let callbackID: Int64?
        let isResolved: Bool
    }

    /// The entry of the given number, or nil when there is none.
    func entry(_ id: Int64) throws(SQLiteError) -> Entry? {
        try selection.first {
            $0.integer(id)
        } row: {
            Entry(
                transactionID: $0.optionalInteger(0),
                callbackID: $0.optionalInteger(1),
                isResolved: !$0.isNull(2)
            )
        }
    }

    /// Closes an entry as somebody says.
    func resolve(
        _ id: Int64,
        by name: String,
        note: String,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        try operation.run {
            $0.integer(now)
            $0.text(name)
            $0.text(note)
            $0.integer(id)
        }
    }

    /// What an entry is about.
    struct Subject {
        let transactionID: Int64?
        let callbackID: Int64?
        let partnerReferenceNo: String?
    }

    /// Opens an entry, or counts it when one is open.
    func raise(
        _ kind: AttentionKind,
        about subject: Subject,
        detail: String,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        if let transactionID = subject.transactionID {
            try repetition.run {
                $0.integer(now)
                $0.integer(subject.callbackID)
                $0.text(detail)
                $0.integer(transactionID)
                $0.text(kind.rawValue)
            }
        } else {
            try repetitionOfCallback.run {
                $0.integer(now)
                $0.text(detail)
                $0.integer(subject.callbackID)
                $0.text(kind.rawValue)
            }
        }
        if connection.changes > 0 { return }
        try insertion.run {
            $0.text(kind.rawValue)
            $0.integer(subject.transactionID)
            $0.integer(subject.callbackID)
            $0.text(subject.partnerReferenceNo)
            $0.text(detail)
            $0.integer(now)
            $0.integer(now)
        }
    }

    /// Closes the open entry of a kind, if there is one: of a transaction, of a callback that
    /// belongs to none, or of the gateway itself.
    func close(
        _ kind: AttentionKind,
        of subject: Subject,
        by name: String = "query",
        note: String,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        // A transaction's entry names the newest callback only; it is the transaction's.
        let isOfTransaction = subject.transactionID != nil
        try (isOfTransaction ? resolution : resolutionOfCallback).run {
            $0.integer(now)
            $0.text(name)
            $0.text(note)
            $0.integer(subject.transactionID ?? subject.callbackID)
            $0.text(kind.rawValue)
        }
    }
}
