import Ledger
import Payments
import SQLTables
import Store

/// Conditions of a WHERE clause and their values, in the same order.
///
/// The texts are constants of the program; values from outside are bound, so they cannot change the
/// statement.
struct Conditions {
    private var texts: [String] = []
    private var binds: [(any SQLBinder) -> Void] = []

    /// Adds a condition, and the values of its parameters.
    mutating func add(_ text: String, _ bind: @escaping (any SQLBinder) -> Void) {
        texts.append(text)
        binds.append(bind)
    }

    /// The conditions, joined by AND; `TRUE` without any.
    var sql: String { texts.isEmpty ? "TRUE" : texts.joined(separator: " AND ") }

    /// Binds all values, in order.
    func bind(_ row: any SQLBinder) {
        for bind in binds { bind(row) }
    }
}

/// A query on one of the two tables of callbacks: the journal or the rejected requests.
struct CallbackSelection {
    private let query: String

    /// The primary key that the conditions and the order refer to.
    private let idColumn: String

    /// Reads a row of the query.
    private let read: (any SQLRow) -> CallbackRecord
    private var conditions = Conditions()

    private init(query: String, idColumn: String, read: @escaping (any SQLRow) -> CallbackRecord) {
        self.query = query
        self.idColumn = idColumn
        self.read = read
    }

    /// A query on the journal. Verification, bytes, remainder and payment are joined by their
    /// primary keys, so a row costs five searches at most.
    ///
    /// The partnerReferenceNo is null while the payment has no status, because it is a guess then.
    static var journal: CallbackSelection {
        CallbackSelection(
            query: """
                SELECT callbacks.id, received_at, outcome, answer, problem_code, problem,
                    external_id, original_partner_reference, original_reference, callbacks.status,
                    callbacks.amount, path, body_form, key_fingerprint, client,
                    CASE WHEN payments.status IS NULL THEN NULL ELSE partner_reference END,
                    sequence, deliveries,
                    last_received_at, head, body, signed_at, reference, is_corroborated,
                    body_digest, signed_body_digest, signature
                FROM callbacks JOIN verifications ON verifications.id = callbacks.verification
                    LEFT JOIN callback_contents ON callback_contents.id = callbacks.id
                    LEFT JOIN erased_callbacks ON erased_callbacks.id = callbacks.id
                    LEFT JOIN payments ON payments.id = callbacks.payment_id
                """,
            idColumn: "callbacks.id",
            read: readJournal
        )
    }

    /// A query on the rejected-request store.
    static var refusals: CallbackSelection {
        CallbackSelection(
            query: """
                SELECT id, received_at, code, problem, external_id, client, head, body
                FROM refusals
                """,
            idColumn: "id",
            read: readRefusal
        )
    }

    /// Adds a condition, and the values of its parameters.
    mutating func add(_ text: String, _ bind: @escaping (any SQLBinder) -> Void) {
        conditions.add(text, bind)
    }

    /// Selects one callback.
    mutating func add(id: Int64) { add("\(idColumn) = ?") { $0.integer(id) } }

    /// Selects the callbacks with these IDs.
    mutating func add(ids: some Collection<Int64>, _ dialect: SQLDialect) {
        let ids = Array(ids)
        add("\(idColumn) IN (\(dialect.integers))") { $0.list(ids) }
    }

    /// Adds the conditions that apply to both tables: all but the reference and the outcome.
    mutating func add(_ filter: CallbackFilter) {
        if let externalID = filter.externalID { add("external_id = ?") { $0.text(externalID) } }
        if let from = filter.fromMilliseconds { add("received_at >= ?") { $0.integer(from) } }
        if let to = filter.toMilliseconds { add("received_at < ?") { $0.integer(to) } }
        if let since = filter.sinceID { add("\(idColumn) >= ?") { $0.integer(since) } }
        if let before = filter.beforeID { add("\(idColumn) < ?") { $0.integer(before) } }
    }

    /// The rows, newest first.
    ///
    /// Goes along the primary key from its end, within the bounds of the ID conditions, until
    /// `limit` rows match.
    ///
    /// - Parameter bytesMax: reading ends with the row that exceeds this number of bytes of heads
    ///   and bodies.
    func rows(
        in connection: any SQLDatabase,
        limit: Int,
        bytesMax: Int = .max
    ) throws(StoreError) -> [CallbackRecord] {
        let selection = try connection.prepare(
            "\(query) WHERE \(conditions.sql) ORDER BY \(idColumn) DESC LIMIT ?"
        )
        var found: [CallbackRecord] = []
        var bytes = 0
        try selection.forEach { row in
            conditions.bind(row)
            row.integer(limit)
        } row: { row in
            let record = read(row)
            found.append(record)
            bytes += record.contentBytes
            return bytes <= bytesMax
        }
        return found
    }

    /// Reads a row of ``journal``; numbers that the program does not know become the defaults
    /// below.
    private static func readJournal(_ row: any SQLRow) -> CallbackRecord {
        let fact = row.fact(from: 7)
        return CallbackRecord(
            id: row.integer(0),
            receivedMilliseconds: row.integer(1),
            outcome: CallbackOutcome(rawValue: UInt8(clamping: row.integer(2))) ?? .refused,
            response: CallbackResponse(rawValue: UInt8(clamping: row.integer(3))),
            problemCode: row.optionalText(4),
            problem: row.optionalText(5),
            externalID: row.optionalText(6),
            fact: fact,
            timestamp: row.text(21),
            verification: Delivery.Verification(
                path: row.text(11),
                bodyForm: row.text(12),
                keyFingerprint: row.text(13)
            ),
            client: row.text(14),
            partnerReferenceNo: row.optionalText(15),
            corroboratedOrder: row.corroboratedOrder(of: fact?.pair),
            sequence: row.optionalInteger(16),
            deliveries: row.integer(17),
            lastReceivedMilliseconds: row.integer(18),
            head: row.blob(19),
            body: row.blob(20),
            erased: erased(row)
        )
    }

    /// Reads a row of ``refusals``.
    private static func readRefusal(_ row: any SQLRow) -> CallbackRecord {
        CallbackRecord(
            id: row.integer(0),
            receivedMilliseconds: row.integer(1),
            outcome: .refused,
            response: nil,
            problemCode: row.text(2),
            problem: row.text(3),
            externalID: row.optionalText(4),
            fact: nil,
            timestamp: nil,
            verification: nil,
            client: row.text(5),
            partnerReferenceNo: nil,
            corroboratedOrder: nil,
            sequence: nil,
            deliveries: 1,
            lastReceivedMilliseconds: row.integer(1),
            head: row.blob(6),
            body: row.blob(7),
            erased: nil
        )
    }

    /// What remains of erased bytes; nil while they are stored. A missing digest of the signed body
    /// means that the body was signed as received.
    private static func erased(_ row: any SQLRow) -> ErasedCallback? {
        if row.isNull(24) { return nil }
        return ErasedCallback(
            bodyDigest: row.blob(24),
            signedBodyDigest: row.isNull(25) ? row.blob(24) : row.blob(25),
            signature: row.blob(26)
        )
    }
}

extension SQLRow {
    /// The order in which a pair has the references of its payment (columns 15, 22 and 23), when
    /// the payment is corroborated and only one order fits.
    fileprivate func corroboratedOrder(of pair: ReferencePair?) -> ReferenceOrder? {
        guard let pair, integer(23) != 0 else { return nil }
        let fitting = ReferenceOrder.allCases.filter { order in
            order.merchant(of: pair).text == text(15) && order.gateway(of: pair).text == text(22)
        }
        return fitting.count == 1 ? fitting[0] : nil
    }
}
