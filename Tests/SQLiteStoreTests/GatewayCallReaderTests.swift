@testable import SQLReaders
import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteFiles
@testable import SQLTables
@testable import SQLiteStore
@testable import Store

/// Calls of the gateway and attention entries, as they are found again.
@Suite(.onSQLite) struct GatewayCallReaderTests {
    private let connection: Connection
    private let reader: GatewayCallReader

    init() throws {
        connection = try Connection(path: ":memory:", mode: .readWriteCreate)
        try DatabaseSchema.create(connection)
        reader = try GatewayCallReader(connection.database)
    }

    private func exchange(
        _ reference: String = "TRX-1",
        finished: Int64 = 2_000,
        hasAnswer: Bool = true
    ) -> GatewayCall {
        GatewayCall(
            service: 51,
            partnerReferenceNo: reference,
            externalID: "1",
            timestamp: "T",
            signedPath: "",
            signature: "",
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
            refundedAmount: nil,
            origin: .generate,
            isCorroborated: false,
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
        let table = try GatewayCallTable(connection.database)
        for hasAnswer in [true, false] {
            try table.insert(exchange(hasAnswer: hasAnswer), paymentID: nil)
        }
        let found = try reader.calls([1, 2, 3])
        #expect(found.map(\.id) == [2, 1])
        #expect(found.map(\.call) == [exchange(hasAnswer: false), exchange()])
        #expect(try reader.calls([Int64]()).isEmpty)
    }

    @Test func `a head is kept once for all calls, and is read byte for byte`() throws {
        let table = try GatewayCallTable(connection.database)
        let calls = (1...3).map { number in
            GatewayCall(
                service: 51,
                partnerReferenceNo: "TRX-\(number)",
                externalID: "12345\(number)",
                timestamp: "2026-11-22T10:00:0\(number)+07:00",
                signedPath: "/api",
                signature: "c2ln\(number)",
                requestHead: Array(
                    """
                    POST /api HTTP/1.1\r
                    Host: 127.0.0.1:12\r
                    X-TIMESTAMP: 2026-11-22T10:00:0\(number)+07:00\r
                    X-EXTERNAL-ID: 12345\(number)\r
                    X-SIGNATURE: c2ln\(number)\r
                    Content-Length: 1\(number)\r\n\r\n
                    """.utf8
                ),
                requestBody: [UInt8](repeating: 0x61, count: 10 + number),
                responseStatus: nil,
                responseHead: nil,
                responseBody: nil,
                error: nil,
                startedMilliseconds: 1_000,
                finishedMilliseconds: 2_000
            )
        }
        for call in calls { try table.insert(call, paymentID: nil) }
        #expect(try reader.calls([1, 2, 3]).map(\.call) == calls.reversed())
        #expect(try connection.integer("SELECT count(*) FROM call_forms") == 1)
        let verbatim = "SELECT count(request_head) FROM gateway_call_contents"
        #expect(try connection.integer(verbatim) == 0)
    }

    @Test func `calls of a payment are its own, and those before it under its names`() throws {
        let table = try GatewayCallTable(connection.database)
        let rows: [(reference: String, paymentID: Int64?)] = [
            ("TRX-1", nil), ("PAY-1", nil), ("TRX-2", nil), ("TRX-2", 8), ("TRX-1", 7),
            ("TRX-1", nil), ("TRX-1", 7),
        ]
        for row in rows {
            try table.insert(exchange(row.reference), paymentID: row.paymentID)
        }
        #expect(try reader.ids(of: transaction(7)) == [7, 5, 2, 1])
        #expect(try reader.ids(of: transaction(7, "TRX-1", nil)) == [7, 5, 1])
        #expect(try reader.ids(of: transaction(9)).isEmpty)
    }

    @Test func `the list is filtered by the end of the call and paged`() throws {
        let table = try GatewayCallTable(connection.database)
        // A minute apart, so that halving has something to find.
        for number in 1...300 {
            try table.insert(exchange(finished: Int64(number) * 60_000), paymentID: nil)
        }
        func ids(limit: Int = 1_000, _ change: (inout GatewayCallFilter) -> Void) throws -> [Int64]
        {
            var filter = GatewayCallFilter()
            change(&filter)
            return try reader.calls(filter, limit: limit).map(\.id)
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
}
