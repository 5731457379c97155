import APIModel
import Exports
import Payments
import Store
import Support
import Testing

@testable import InternalAPI

/// The text of an export, page by page.
@Suite struct ExportPagesTests {
    /// The first fields of the records of an export, with the number of its parts.
    private func export(
        _ subject: ExportSubject,
        from store: Store,
        _ change: (inout TransactionFilter) -> Void = { _ in }
    ) async throws -> (fields: [String], parts: Int) {
        var filter = TransactionFilter()
        filter.by = .created
        change(&filter)
        var pages = try await ExportPages(of: subject, filter, from: store.reader)
        var text: [UInt8] = []
        var parts = 0
        while let part = try await pages.next() {
            text += part
            parts += 1
        }
        let lines = String(decoding: text, as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.last?.isEmpty == true)
        let fields = lines.dropLast().map { String($0.prefix { $0 != "," }) }
        #expect(fields.first == (subject == .payments ? "partnerReferenceNo" : "sequence"))
        return (Array(fields.dropFirst()), parts)
    }

    @Test func `an empty database exports the titles`() async throws {
        let feed = try await SmallFeed()
        for subject in ExportSubject.allCases {
            #expect(try await export(subject, from: feed.store).fields.isEmpty)
        }
        await feed.store.close()
    }

    @Test func `more than a page is exported completely, in order`() async throws {
        let feed = try await SmallFeed()
        try await feed.add(Array(repeating: .success, count: 3))
        // Copies of the last payment and its transition, up to number 2,500.
        try feed.execute(
            """
            CREATE TEMP TABLE numbers AS WITH RECURSIVE n(i) AS
                (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n;
            CREATE TEMP TABLE p AS SELECT * FROM payments WHERE id = 3;
            CREATE TEMP TABLE t AS SELECT * FROM transitions WHERE sequence = 3;
            CREATE TEMP TABLE ps AS SELECT * FROM p, numbers;
            CREATE TEMP TABLE ts AS SELECT * FROM t, numbers;
            UPDATE ps SET id = i, last_sequence = i, partner_reference = 'TRX-' || i;
            UPDATE ts SET sequence = i, payment_id = i, previous_sequence = NULL, recorded_at = i;
            ALTER TABLE ps DROP COLUMN i;
            ALTER TABLE ts DROP COLUMN i;
            INSERT INTO payments SELECT * FROM ps;
            INSERT INTO transitions SELECT * FROM ts;
            """
        )
        let payments = try await export(.payments, from: feed.store)
        #expect(payments.fields.count == 2_500)
        #expect(payments.fields.first == "TRX-2500")
        #expect(payments.parts >= 3)
        let transitions = try await export(.transitions, from: feed.store)
        #expect(transitions.fields == (1...2_500).map { "\($0)" })
        let part = try await export(.transitions, from: feed.store) {
            $0.fromMilliseconds = 1_200
            $0.toMilliseconds = 2_400
        }
        #expect(part.fields == (1_200..<2_400).map { "\($0)" })
        let paid = try await export(.payments, from: feed.store) {
            $0.by = .paid
            $0.fromMilliseconds = 1_200
            $0.toMilliseconds = 2_400
        }
        #expect(paid.fields.count == 1_200)
        await feed.store.close()
    }

    @Test func `a database that cannot be read breaks the export off`() async throws {
        let feed = try await SmallFeed()
        try await feed.add([.success])
        var pages = try await ExportPages(
            of: .payments,
            TransactionFilter(),
            from: feed.store.reader
        )
        await feed.store.close()
        await #expect(throws: StoreError.self) { try await pages.next() }
    }
}
