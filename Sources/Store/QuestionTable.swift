import Payments
import SQLite

/// Something to ask the gateway, and when.
struct Question {
    /// Nil until it is stored.
    var id: Int64?

    /// Nil when it is about a callback that belongs to no transaction.
    var transactionID: Int64?

    /// The newest callback that waits for the answer, if one does.
    var callbackID: Int64?

    /// The merchant's number to ask about.
    var partnerReferenceNo: Reference

    /// What to ask about when the first is not known: the roles of the pair are a guess.
    var alternative: Reference?
    var phase: QuerySchedule.Phase

    /// What the offsets of the phase count from, in milliseconds since the epoch.
    var baseMilliseconds: Int64

    /// The step of the phase that it is due for.
    var step: Int

    /// When it is due, in milliseconds since the epoch.
    var nextMilliseconds: Int64

    /// Since when attempts were lost to a gateway that does not answer, in milliseconds since the
    /// epoch, and how many.
    var failingSinceMilliseconds: Int64?
    var failureCount: Int64 = 0
}

extension Question {
    /// A new question, due at once.
    init(
        about partnerReferenceNo: Reference,
        or alternative: Reference? = nil,
        transactionID: Int64? = nil,
        atMilliseconds now: Int64
    ) {
        self.init(
            transactionID: transactionID,
            partnerReferenceNo: partnerReferenceNo,
            alternative: alternative,
            phase: .scheduled,
            baseMilliseconds: now,
            step: 0,
            nextMilliseconds: now
        )
    }
}

/// The statements on `questions`.
final class QuestionTable {
    private let byID: Statement
    private let byTransaction: Statement
    private let byCallback: Statement
    private let byReference: Statement
    private let insertion: Statement
    private let update: Statement
    private let removal: Statement
    private let due: Statement
    private let next: Statement
    private let dueCount: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        byID = try connection.prepare("SELECT \(Self.columns) FROM questions WHERE id = ?")
        byTransaction = try connection.prepare(
            "SELECT \(Self.columns) FROM questions WHERE transaction_id = ?"
        )
        byCallback = try connection.prepare(
            """
            SELECT \(Self.columns) FROM questions
            WHERE callback_id = ? AND transaction_id IS NULL
            """
        )
        byReference = try connection.prepare(
            """
            SELECT \(Self.columns) FROM questions
            WHERE partner_reference = ? AND transaction_id IS NULL
            """
        )
        insertion = try connection.prepare(
            """
            INSERT INTO questions (transaction_id, callback_id, partner_reference,
                alternative_reference, phase, base_at, step, next_at, failing_since, failures)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        update = try connection.prepare(
            """
            UPDATE questions SET transaction_id = ?, callback_id = ?, partner_reference = ?,
                alternative_reference = ?, phase = ?, base_at = ?, step = ?, next_at = ?,
                failing_since = ?, failures = ?
            WHERE id = ?
            """
        )
        removal = try connection.prepare("DELETE FROM questions WHERE id = ?")
        due = try connection.prepare(
            "SELECT \(Self.columns) FROM questions WHERE next_at <= ? ORDER BY next_at LIMIT ?"
        )
        next = try connection.prepare("SELECT min(next_at) FROM questions WHERE next_at > ?")
        dueCount = try connection.prepare("SELECT count(*) FROM questions WHERE next_at <= ?")
    }

    private static let columns = """
        id, transaction_id, callback_id, partner_reference, alternative_reference, phase, base_at,
        step, next_at, failing_since, failures
        """

    private static func read(_ row: Row) -> Question? {
        guard let reference = Reference(row.text(3)),
            let phase = QuerySchedule.Phase(rawValue: UInt8(clamping: row.integer(5)))
        else { return nil }
        return Question(
            id: row.integer(0),
            transactionID: row.optionalInteger(1),
            callbackID: row.optionalInteger(2),
            partnerReferenceNo: reference,
            alternative: row.optionalText(4).flatMap { Reference($0) },
            phase: phase,
            baseMilliseconds: row.integer(6),
            step: Int(clamping: row.integer(7)),
            nextMilliseconds: row.integer(8),
            failingSinceMilliseconds: row.optionalInteger(9),
            failureCount: row.integer(10)
        )
    }

    private func first(_ statement: Statement, _ number: Int64) throws(SQLiteError) -> Question? {
        let found = try statement.first {
            $0.integer(number)
        } row: {
            Self.read($0)
        }
        return found ?? nil
    }

    func question(_ id: Int64) throws(SQLiteError) -> Question? { try first(byID, id) }

    func question(transactionID: Int64) throws(SQLiteError) -> Question? {
        try first(byTransaction, transactionID)
    }

    /// The question about a callback that belongs to no transaction.
    func question(callbackID: Int64) throws(SQLiteError) -> Question? {
        try first(byCallback, callbackID)
    }

    /// The questions about callbacks that belong to no transaction under this merchant's number.
    func questions(about reference: Reference) throws(SQLiteError) -> [Question] {
        try byReference.all {
            $0.text(reference.text)
        } row: {
            Self.read($0)
        }.compactMap { $0 }
    }

    /// Stores a new question, or what has become of an old one.
    func save(_ question: Question) throws(SQLiteError) {
        try (question.id == nil ? insertion : update).run {
            $0.integer(question.transactionID)
            $0.integer(question.callbackID)
            $0.text(question.partnerReferenceNo.text)
            $0.text(question.alternative?.text)
            $0.integer(Int(question.phase.rawValue))
            $0.integer(question.baseMilliseconds)
            $0.integer(question.step)
            $0.integer(question.nextMilliseconds)
            $0.integer(question.failingSinceMilliseconds)
            $0.integer(question.failureCount)
            if let id = question.id { $0.integer(id) }
        }
    }

    func remove(_ id: Int64) throws(SQLiteError) { try removal.run { $0.integer(id) } }

    /// Questions that are due at `now`, the longest due first.
    func due(at now: Int64, limit: Int) throws(SQLiteError) -> [Question] {
        try due.all {
            $0.integer(now)
            $0.integer(limit)
        } row: {
            Self.read($0)
        }.compactMap { $0 }
    }

    /// When the next question is due that is not due at `now`.
    func nextDue(after now: Int64) throws(SQLiteError) -> Int64? {
        let found = try next.first {
            $0.integer(now)
        } row: {
            $0.optionalInteger(0)
        }
        return found ?? nil
    }

    /// How many questions are due at `now`.
    func dueCount(at now: Int64) throws(SQLiteError) -> Int {
        let found = try dueCount.first {
            $0.integer(now)
        } row: {
            Int($0.integer(0))
        }
        return found ?? 0
    }
}
