import Payments
import SQLite
import Testing

@testable import Store

/// Calls of the gateway and attention entries, as they are found again.
@Suite struct ExchangeReaderTests {
    private let connection: Connection
    private let reader: ExchangeReader

    init() throws {
        connection = try Connection(path: ":memory:", mode: .readWriteCreate)
        try Schema.migrate(connection)
        reader = try ExchangeReader(connection)
    }

    private func exchange(
        _ reference: String = "TRX-1",
        finished: Int64 = 2_000,
        hasAnswer: Bool = true
    ) -> ExchangeRecord {
        ExchangeRecord(
            service: 51,
            partnerReferenceNo: reference,
            externalID: "1",
            timestamp: "T",
            stringToSign: [1],
            requestHead: [2],
            requestBody: [3, 0xFF],
            responseStatus: hasAnswer ? 200 : nil,
            responseHead: hasAnswer ? [] : nil,
            responseBody: hasAnswer ? [4] : nil,
            error: hasAnswer ? nil : "no answer",
            startedMilliseconds: 1_000,
            finishedMilliseconds: finished
        )
    }

    private func transaction(
        _ id: Int64,
        _ reference: String = "TRX-1",
        _ gateway: String? = "PAY-1"
    ) -> TransactionRecord {
        TransactionRecord(
            id: id,
            partnerReferenceNo: reference,
            referenceNo: gateway,
            status: .created,
            latestStatus: nil,
            amount: nil,
            paidAmount: nil,
            origin: .generate,
            isProven: false,
            rolesAssumed: false,
            paidAt: nil,
            createdMilliseconds: 0,
            updatedMilliseconds: 0,
            lastSequence: 0,
            callbackCount: 0,
            lastQuery: nil
        )
    }

    @Test func `a call is read as it was written`() throws {
        let table = try ExchangeTable(connection)
        for hasAnswer in [true, false] {
            try table.insert(exchange(hasAnswer: hasAnswer), transactionID: nil)
        }
        let found = try reader.exchanges([1, 2, 3])
        #expect(found.map(\.id) == [2, 1])
        #expect(found.map(\.exchange) == [exchange(hasAnswer: false), exchange()])
        #expect(try reader.exchanges([Int64]()).isEmpty)
    }

    @Test func `calls of a payment are its own, and those before it under its names`() throws {
        let table = try ExchangeTable(connection)
        let rows: [(reference: String, transactionID: Int64?)] = [
            ("TRX-1", nil), ("PAY-1", nil), ("TRX-2", nil), ("TRX-2", 8), ("TRX-1", 7),
            ("TRX-1", nil), ("TRX-1", 7),
        ]
        for row in rows {
            try table.insert(exchange(row.reference), transactionID: row.transactionID)
        }
        #expect(try reader.ids(of: transaction(7)) == [7, 5, 2, 1])
        #expect(try reader.ids(of: transaction(7, "TRX-1", nil)) == [7, 5, 1])
        #expect(try reader.ids(of: transaction(9)).isEmpty)
    }

    @Test func `the list is filtered by the end of the call and paged`() throws {
        let table = try ExchangeTable(connection)
        // A minute apart, so that halving has something to find.
        for number in 1...300 {
            try table.insert(exchange(finished: Int64(number) * 60_000), transactionID: nil)
        }
        func ids(limit: Int = 1_000, _ change: (inout ExchangeFilter) -> Void) throws -> [Int64] {
            var filter = ExchangeFilter()
            change(&filter)
            return try reader.exchanges(filter, limit: limit).map(\.id)
        }
        #expect(try ids { _ in } == (1...300).reversed())
        #expect(try ids(limit: 2) { $0.beforeID = 100 } == [99, 98])
        for number in [1, 2, 150, 299, 300] as [Int64] {
            let time = number * 60_000
            #expect(try ids { $0.fromMilliseconds = time } == (number...300).reversed())
            #expect(try ids { $0.toMilliseconds = time } == (1..<number).reversed())
            #expect(try ids { $0.toMilliseconds = time + 1 } == (1...number).reversed())
        }
    }

    @Test func `attention about a payment is open and resolved, its callbacks' too`() throws {
        let table = try AttentionTable(connection)
        func raise(_ kind: AttentionKind, _ id: Int64?, _ callbackID: Int64?) throws {
            try table.raise(
                kind,
                about: AttentionTable.Subject(
                    transactionID: id,
                    callbackID: callbackID,
                    partnerReferenceNo: nil
                ),
                detail: "",
                atMilliseconds: 1
            )
        }
        try raise(.lateSuccess, 7, nil)
        try raise(.lateSuccess, 8, nil)
        try raise(.invalidCallback, nil, 70)
        try raise(.invalidCallback, nil, 80)
        try connection.execute("UPDATE attention SET resolved_at = 2 WHERE transaction_id = 7")
        let attention = try AttentionReader(connection)
        let entries = try attention.entries(about: transaction(7), callbackIDs: [70, 71], limit: 9)
        #expect(entries.map(\.id) == [3, 1])
        #expect(entries.map(\.resolvedMilliseconds) == [nil, 2])
        let none = try attention.entries(about: transaction(9), callbackIDs: [], limit: 9)
        #expect(none.isEmpty)
    }
}
