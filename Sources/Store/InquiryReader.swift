import Payments
import SQLite

/// The readers' statements on what is to be asked of the gateway.
struct InquiryReader {
    private let questions: QuestionTable
    private let index: ReferenceIndex
    private let lookups: LookupFile
    private let state: Statement

    init(
        _ connection: Connection,
        index: ReferenceIndex,
        lookups: LookupFile
    ) throws(SQLiteError) {
        questions = try QuestionTable(connection)
        self.index = index
        self.lookups = lookups
        state = try connection.prepare(
            """
            SELECT revision, partner_reference, reference, is_proven FROM transactions
            WHERE id = ?
            """
        )
    }

    /// What is due at `now`, the longest due first.
    func due(at now: Int64, limit: Int) throws(SQLiteError) -> [Inquiry] {
        var inquiries: [Inquiry] = []
        for question in try questions.due(at: now, limit: limit) {
            let alternativeMark = try question.alternative.map { other throws(SQLiteError) in
                try mark(question, asking: other)
            }
            inquiries.append(
                Inquiry(
                    questionID: question.id,
                    partnerReferenceNo: question.partnerReferenceNo,
                    alternative: question.alternative,
                    mark: try mark(question, asking: question.partnerReferenceNo),
                    alternativeMark: alternativeMark
                )
            )
        }
        return inquiries
    }

    func dueCount(at now: Int64) throws(SQLiteError) -> Int { try questions.dueCount(at: now) }

    func nextDue(after now: Int64) throws(SQLiteError) -> Int64? {
        try questions.nextDue(after: now)
    }

    /// An inquiry about a merchant's number; an open question about its transaction is answered by
    /// it as well.
    func inquiry(_ reference: Reference) throws(SQLiteError) -> Inquiry {
        let found = try transaction(named: reference)
        let question = try found.map { found throws(SQLiteError) in
            try questions.question(transactionID: found.id)
        }
        return Inquiry(
            questionID: (question ?? nil)?.id,
            partnerReferenceNo: reference,
            alternative: nil,
            mark: Inquiry.Mark(
                transactionID: found?.id,
                revision: found?.revision ?? 0,
                callbackID: (question ?? nil)?.callbackID
            )
        )
    }

    private func mark(
        _ question: Question,
        asking reference: Reference
    ) throws(SQLiteError) -> Inquiry.Mark {
        var found: (id: Int64, revision: Int64)?
        if let id = question.transactionID {
            let revision = try state.first {
                $0.integer(id)
            } row: {
                $0.integer(0)
            }
            found = (id, revision ?? 0)
        } else {
            found = try transaction(named: reference)
        }
        return Inquiry.Mark(
            transactionID: found?.id,
            revision: found?.revision ?? 0,
            callbackID: question.callbackID
        )
    }

    /// As `Bookkeeper.transaction(named:)` finds it.
    private func transaction(
        named reference: Reference
    ) throws(SQLiteError) -> (id: Int64, revision: Int64)? {
        var second: (id: Int64, revision: Int64)?
        for case .transaction(let id) in try index.entries(
            ReferenceIndex.key(reference),
            in: lookups
        ) {
            let found = try state.first {
                $0.integer(id)
            } row: { row in
                (
                    revision: row.integer(0),
                    isIts: row.text(1) == reference.text,
                    isOther: row.text(2) == reference.text && row.integer(3) == 0
                )
            }
            guard let found else { continue }
            if found.isIts { return (id, found.revision) }
            if found.isOther { second = (id, found.revision) }
        }
        return second
    }
}
