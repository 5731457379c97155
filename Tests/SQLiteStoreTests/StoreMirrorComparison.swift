import Payments
import SQLite
import Support

@testable import Ledger
@testable import SQLiteFiles
@testable import SQLTables
@testable import SQLiteStore
@testable import Store

/// Everything in which a store differs from its mirror, as text.
///
/// Left out as the engine's own: indexes, late references, clock steps, and the numbers of
/// callbacks, which the mirror is given. The order in which facts were decided is left out as well:
/// nothing hangs on it.
struct StoreMirrorComparison {
    private(set) var differences: [String] = []
    private let mirror: StoreMirror
    private let test: TestStore

    init(_ test: TestStore, _ mirror: StoreMirror) async throws {
        self.test = test
        self.mirror = mirror
        let connection = try test.database()
        try comparePayments(connection)
        try compareCallbacks(connection)
        try compareAttention(connection)
        try compareRest(connection)
        try await compareReaders()
        try await compareWindow()
    }

    private mutating func compare<T: Equatable>(_ what: String, _ stored: T, _ expected: T) {
        if stored != expected {
            differences.append("\(what):\n  stored   \(stored)\n  expected \(expected)")
        }
    }

    private mutating func compare<T: Equatable>(_ what: String, _ stored: [T], _ expected: [T]) {
        compare("number of \(what)s", stored.count, expected.count)
        for (one, other) in zip(stored, expected) { compare(what, one, other) }
    }

    // MARK: The tables

    private mutating func comparePayments(_ connection: any SQLDatabase) throws {
        let view = mirror.view
        let ids = 1...max(view.payments.numbers.max() ?? 1, 1)
        let stored = try PaymentTable(connection).payments(ids)
        compare("payment", stored.map(\.payment).sorted { $0.id < $1.id }, mirror.payments)
        for (payment, generation) in stored {
            compare("generation of \(payment.id)", generation, view.generations[payment.id])
        }
        let inquiries = try InquiryTable(connection).inquiries(about: ids)
        compare(
            "inquiry",
            inquiries.sorted { $0.paymentID < $1.paymentID },
            view.inquiries.values.sorted { $0.paymentID < $1.paymentID }
        )
        let facts = DecidedFactTable.self
        let texts = try facts.init(connection).facts(of: ids).map { "\($0)" }.sorted()
        let decided = ids.flatMap { view.decisions(of: $0) }.map { "\($0)" }.sorted()
        compare("decided fact", texts, decided)
        let loose = try facts.init(connection).looseFacts().map { "\($0)" }.sorted()
        compare("loose fact", loose, view.decisions(of: nil).map { "\($0)" }.sorted())
    }

    private mutating func compareCallbacks(_ connection: any SQLDatabase) throws {
        let view = mirror.view
        let journal = try JournalTable(connection)
        let rows = try connection.prepare(
            "SELECT id, deliveries, last_received_at FROM callbacks ORDER BY id"
        ).all { _ in
        } row: {
            [$0.integer(0), $0.integer(1), $0.integer(2)]
        }
        let expected = mirror.deliveries.map { [$0.key, $0.value.count, $0.value.last] }
        compare("delivery count", rows, expected.sorted { $0[0] < $1[0] })
        for id in view.callbacks.numbers.sorted() {
            compare("callback \(id)", try journal.callback(id), view.callbacks[id])
        }
    }

    private mutating func compareAttention(_ connection: any SQLDatabase) throws {
        let ids = 1...max(mirror.view.entries.keys.max() ?? 1, 1)
        compare("entry", try AttentionTable(connection).entries(ids), mirror.entries)
    }

    private mutating func compareRest(_ connection: any SQLDatabase) throws {
        compare("knowledge", try MetaTable(connection).knowledge(), mirror.view.knowledge)
        let calls = try connection.prepare("SELECT payment_id FROM gateway_calls ORDER BY id")
            .all { _ in
            } row: {
                $0.optionalInteger(0)
            }
        compare("call", calls, mirror.calls)
    }

    // MARK: What readers show

    private mutating func compareReaders() async throws {
        compare("transition", try await test.feed(), mirror.feed.map { TransitionRecord($0) })
        let entries = try await test.store.reader.attention(AttentionFilter(), limit: 10_000)
        compare("listed entry", entries.reversed(), mirror.entries.map { record($0) })
        for payment in mirror.payments where payment.isConfirmed {
            let reference = payment.partnerReferenceNo
            let shown = mirror.payments.first { other in
                other.isConfirmed
                    && (other.partnerReferenceNo == reference
                        || other.roles == .corrected && other.referenceNo == reference)
            }
            let stored = try await test.store.reader.transaction(reference)
            compare("transaction \(reference)", stored, shown.flatMap { record($0) })
        }
        let now = test.clock.now
        let due = try await test.store.reader.inquiries(dueAt: now, limit: 1_000)
        let planned = mirror.view.inquiries.values.filter { inquiry in
            // The clock of another receiver may be ahead.
            guard TestDatabase.isPostgreSQL else { return inquiry.isDue(at: now) }
            return inquiry.nextMilliseconds <= now || inquiry.plannedMilliseconds > now + 600_000
        }
        let expected = planned.filter { $0.phase != .deadline }
        compare(
            "due inquiry",
            due.sorted { $0.paymentID ?? 0 < $1.paymentID ?? 0 },
            expected.map(\.paymentID).sorted().compactMap { mirror.view.payments[$0] }
                .map { inquiry(about: $0) }
        )
        for includesQueries in [false, true] {
            let held = planned.filter { includesQueries || $0.phase == .deadline }
            compare(
                "deadline",
                try await test.store.reader.deadlines(
                    dueAt: now,
                    includesQueries: includesQueries,
                    limit: 1_000
                ).sorted(),
                held.map(\.paymentID).sorted()
            )
        }
    }

    private func inquiry(about payment: Payment) -> Inquiry {
        let isGuess = !payment.isCorroborated && payment.roles == .assumed
        let other = isGuess ? payment.referenceNo : nil
        let mark = { Inquiry.Mark(mirror.view.subject(of: $0, payment)) }
        return Inquiry(
            paymentID: payment.id,
            partnerReferenceNo: payment.partnerReferenceNo,
            alternative: other == payment.partnerReferenceNo ? nil : other,
            mark: mark(payment.partnerReferenceNo),
            alternativeMark: other.map { mark($0) }
        )
    }

    private func record(_ entry: AttentionEntry) -> AttentionRecord {
        var partnerReferenceNo: String?
        if case .payment(let id) = entry.subject {
            partnerReferenceNo = mirror.view.payments[id]?.partnerReferenceNo.text
        }
        let closed = mirror.resolutions[entry.id]
        return AttentionRecord(
            id: entry.id,
            kind: entry.kind.rawValue,
            partnerReferenceNo: partnerReferenceNo,
            count: entry.count,
            openedMilliseconds: entry.openedMilliseconds,
            lastMilliseconds: entry.lastMilliseconds,
            resolvedMilliseconds: closed?.milliseconds,
            resolvedBy: closed?.resolution.by,
            note: closed?.resolution.note,
            events: entry.events.map { event in
                AttentionRecord.Event(
                    callbackID: event.callbackID,
                    text: event.text,
                    count: event.count,
                    firstMilliseconds: event.firstMilliseconds,
                    lastMilliseconds: event.lastMilliseconds
                )
            }
        )
    }

    /// What is in memory is, to the byte, what the database has.
    private mutating func compareWindow() async throws {
        let (store, head) = (test.store, test.store.window.head)
        compare("head", head, try await store.reader.feedBounds().head)
        for offset in max(0, head - 50)...head {
            for statuses in [nil, [.success, .refunded]] as [Set<TransactionStatus>?] {
                let query = FeedQuery(after: offset, statuses: statuses)
                let limit = 1 + Int(offset % 40)
                guard let held = store.window.text(query, limit: limit, TestStore.render) else {
                    continue
                }
                let read = try await store.reader.feed(query, limit: limit, TestStore.render)
                compare("item behind \(offset)", held.items, read.items)
                compare("next behind \(offset)", held.next, read.next)
                compare("head behind \(offset)", held.head, read.head)
            }
        }
    }

    private func record(_ payment: Payment) -> TransactionRecord? {
        guard let status = payment.status else { return nil }
        let id = payment.id
        let view = mirror.view
        let callbacks = view.callbacks.all.compactMap(\.paymentID)
        return TransactionRecord(
            id: id,
            partnerReferenceNo: payment.partnerReferenceNo.text,
            referenceNo: payment.referenceNo?.text,
            status: status,
            latestStatus: payment.latestStatus,
            amount: payment.expectedAmount,
            paidAmount: payment.paidAmount,
            refundedAmount: payment.refundedAmount,
            origin: payment.origin,
            isCorroborated: payment.isCorroborated,
            rolesAssumed: payment.roles == .assumed,
            paidAt: payment.paid.time,
            createdMilliseconds: payment.createdMilliseconds,
            updatedMilliseconds: payment.updatedMilliseconds,
            lastSequence: payment.lastSequence,
            callbackCount: Int64(
                callbacks.count { $0 == id || view.payments[$0]?.mergedInto == id }
            ),
            lastQuery: payment.lastQuery,
            generation: mirror.generations[id],
            nextQueryMilliseconds: view.inquiries[id]?.nextMilliseconds,
            attention: view.openEntries(.payment(id)).map(\.kind.rawValue).sorted(),
            transitions: mirror.feed.filter { $0.paymentID == id }.map { TransitionRecord($0) }
        )
    }
}
