import Payments
import SQLite

/// Conditions and their values, in the same order.
struct Conditions {
    private var texts: [String] = []
    private var binds: [(inout Binder) -> Void] = []

    /// Adds a condition with the values of its parameters.
    mutating func add(_ text: String, _ bind: @escaping (inout Binder) -> Void) {
        texts.append(text)
        binds.append(bind)
    }

    /// The conditions as SQL.
    var sql: String { texts.isEmpty ? "TRUE" : texts.joined(separator: " AND ") }

    /// Binds all values.
    func bind(_ row: inout Binder) {
        for bind in binds { bind(&row) }
    }
}

/// A query on the journal.
struct JournalSelection {
    private var conditions = Conditions()

    mutating func add(_ text: String, _ bind: @escaping (inout Binder) -> Void) {
        conditions.add(text, bind)
    }

    /// The rows, the newest first.
    func rows(in connection: Connection, limit: Int) throws(SQLiteError) -> [CallbackRecord] {
        let selection = try connection.prepare(
            """
            SELECT callbacks.id, received_at, outcome, answer, problem_code, problem, external_id,
                original_partner_reference, original_reference, callbacks.status, callbacks.amount,
                path, body_form, key_fingerprint, client, partner_reference, sequence, deliveries,
                last_received_at, head, body
            FROM callbacks JOIN verifications ON verifications.id = callbacks.verification
                LEFT JOIN transactions ON transactions.id = callbacks.transaction_id
            WHERE \(conditions.sql) ORDER BY callbacks.id DESC LIMIT ?
            """
        )
        return try selection.all { row in
            conditions.bind(&row)
            row.integer(limit)
        } row: {
            Self.read($0)
        }
    }

    private static func read(_ row: Row) -> CallbackRecord {
        CallbackRecord(
            id: row.integer(0),
            receivedMilliseconds: row.integer(1),
            outcome: CallbackOutcome(rawValue: UInt8(clamping: row.integer(2))) ?? .refused,
            answer: CallbackAnswer(rawValue: UInt8(clamping: row.integer(3))),
            problemCode: row.optionalText(4),
            problem: row.optionalText(5),
            externalID: row.optionalText(6),
            fact: row.fact(from: 7),
            verification: Delivery.Verification(
                path: row.text(11),
                bodyForm: row.text(12),
                keyFingerprint: row.text(13)
            ),
            client: row.text(14),
            partnerReferenceNo: row.optionalText(15),
            sequence: row.optionalInteger(16),
            deliveries: row.integer(17),
            lastReceivedMilliseconds: row.integer(18),
            head: row.blob(19),
            body: row.blob(20)
        )
    }
}

/// A query on the keep of refusals.
struct RefusalSelection {
    private var conditions = Conditions()

    mutating func add(_ text: String, _ bind: @escaping (inout Binder) -> Void) {
        conditions.add(text, bind)
    }

    /// The rows, the newest first.
    func rows(in connection: Connection, limit: Int) throws(SQLiteError) -> [CallbackRecord] {
        let selection = try connection.prepare(
            """
            SELECT id, received_at, code, problem, external_id, client, head, body
            FROM refusals WHERE \(conditions.sql) ORDER BY id DESC LIMIT ?
            """
        )
        return try selection.all { row in
            conditions.bind(&row)
            row.integer(limit)
        } row: {
            Self.read($0)
        }
    }

    private static func read(_ row: Row) -> CallbackRecord {
        CallbackRecord(
            id: row.integer(0),
            receivedMilliseconds: row.integer(1),
            outcome: .refused,
            answer: nil,
            problemCode: row.text(2),
            problem: row.text(3),
            externalID: row.optionalText(4),
            fact: nil,
            verification: nil,
            client: row.text(5),
            partnerReferenceNo: nil,
            sequence: nil,
            deliveries: 1,
            lastReceivedMilliseconds: row.integer(1),
            head: row.blob(6),
            body: row.blob(7)
        )
    }
}
