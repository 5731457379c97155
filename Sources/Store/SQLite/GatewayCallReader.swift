package import Ledger
import Payments
import SQLite

/// Which calls of the gateway a list shows; all conditions have to hold.
package struct GatewayCallFilter: Sendable {
    /// Ended at or after, milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Ended before, milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// Only those with a smaller number: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    package init() {}
}

/// A kept call of the gateway.
package struct KeptGatewayCall: Equatable, Sendable {
    package let id: Int64
    package let call: GatewayCall
}

/// The readers' statements on the calls of the gateway.
struct GatewayCallReader {
    private let connection: Connection
    private let attached: Statement
    private let loose: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        attached = try connection.prepare("SELECT id FROM gateway_calls WHERE payment_id = ?")
        loose = try connection.prepare(
            """
            SELECT id FROM gateway_calls
            WHERE id < ? AND id >= ? AND payment_id IS NULL AND partner_reference IN (?, ?)
            """
        )
    }

    /// Calls of the gateway, the newest first.
    func calls(_ filter: GatewayCallFilter, limit: Int) throws(SQLiteError) -> [KeptGatewayCall] {
        let (from, to) = (filter.fromMilliseconds, filter.toMilliseconds)
        let ranges = try connection.snapshot { () throws(SQLiteError) in
            try TimeSearch(.gatewayCalls, connection).ranges(
                from: from,
                to: to,
                in: 1..<max(filter.beforeID ?? .max, 1)
            )
        }
        var found: [KeptGatewayCall] = []
        for range in ranges where found.count < limit {
            var conditions = Conditions()
            conditions.add("id >= ?") { $0.integer(range.lowerBound) }
            conditions.add("id < ?") { $0.integer(range.upperBound) }
            if let from { conditions.add("finished_at >= ?") { $0.integer(from) } }
            if let to { conditions.add("finished_at < ?") { $0.integer(to) } }
            found += try rows(conditions, limit: limit - found.count)
        }
        return found
    }

    /// The calls with these numbers, the newest first.
    func calls(_ ids: some Collection<Int64>) throws(SQLiteError) -> [KeptGatewayCall] {
        var conditions = Conditions()
        let list = ids.map { String($0) }.joined(separator: ", ")
        conditions.add("id IN (\(list))") { _ in }
        return try rows(conditions, limit: ids.count)
    }

    /// The numbers of the calls about a payment, the newest first.
    ///
    /// Those from before there was a transaction belong to none: they are looked for by either
    /// reference among the ``looseMax`` calls before the first that belongs to it.
    func ids(of transaction: TransactionRecord) throws(SQLiteError) -> [Int64] {
        let own = try attached.all {
            $0.integer(transaction.id)
        } row: {
            $0.integer(0)
        }
        guard let first = own.min() else { return [] }
        let before = try loose.all {
            $0.integer(first)
            $0.integer(first - Self.looseMax)
            $0.text(transaction.partnerReferenceNo)
            $0.text(transaction.referenceNo ?? transaction.partnerReferenceNo)
        } row: {
            $0.integer(0)
        }
        return (own + before).sorted(by: >)
    }

    /// Calls that are looked through for those of no transaction: some tens of megabytes to read.
    private static let looseMax: Int64 = 10_000

    private func rows(
        _ conditions: Conditions,
        limit: Int
    ) throws(SQLiteError) -> [KeptGatewayCall] {
        let selection = try connection.prepare(
            """
            SELECT id, service, partner_reference, external_id, signed_at, string_to_sign,
                request_head, request_body, response_status, response_head, response_body, error,
                started_at, finished_at
            FROM gateway_calls JOIN gateway_call_contents USING (id)
            WHERE \(conditions.sql) ORDER BY id DESC LIMIT ?
            """
        )
        return try selection.all { row in
            conditions.bind(&row)
            row.integer(limit)
        } row: { row in
            KeptGatewayCall(id: row.integer(0), call: Self.read(row))
        }
    }

    private static func read(_ row: Row) -> GatewayCall {
        GatewayCall(
            service: Int(row.integer(1)),
            partnerReferenceNo: row.text(2),
            externalID: row.text(3),
            timestamp: row.text(4),
            stringToSign: row.blob(5),
            requestHead: row.blob(6),
            requestBody: row.blob(7),
            responseStatus: row.optionalInteger(8).map { Int($0) },
            responseHead: row.isNull(9) ? nil : row.blob(9),
            responseBody: row.isNull(10) ? nil : row.blob(10),
            error: row.optionalText(11),
            startedMilliseconds: row.integer(12),
            finishedMilliseconds: row.integer(13)
        )
    }
}
