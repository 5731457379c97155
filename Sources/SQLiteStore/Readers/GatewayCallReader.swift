import Ledger
import Payments
import SQLite
import Store

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
            conditions.add("gateway_calls.id >= ?") { $0.integer(range.lowerBound) }
            conditions.add("gateway_calls.id < ?") { $0.integer(range.upperBound) }
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
        conditions.add("gateway_calls.id IN (\(list))") { _ in }
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
            SELECT gateway_calls.id, service, partner_reference, external_id, signed_at,
                signed_path, coalesce(contents.signature, erased.signature),
                contents.request_head, request_body, response_status, response_head,
                response_body, error, started_at, finished_at, call_forms.request_head,
                request_digest, response_digest
            FROM gateway_calls JOIN call_forms ON call_forms.id = form
                LEFT JOIN gateway_call_contents AS contents ON contents.id = gateway_calls.id
                LEFT JOIN erased_gateway_calls AS erased ON erased.id = gateway_calls.id
            WHERE \(conditions.sql) ORDER BY gateway_calls.id DESC LIMIT ?
            """
        )
        return try selection.all { row in
            conditions.bind(&row)
            row.integer(limit)
        } row: { row in
            KeptGatewayCall(id: row.integer(0), call: Self.read(row), erased: Self.erased(row))
        }
    }

    private static func read(_ row: Row) -> GatewayCall {
        GatewayCall(
            service: Int(row.integer(1)),
            partnerReferenceNo: row.text(2),
            externalID: row.text(3),
            timestamp: row.text(4),
            signedPath: row.text(5),
            signature: row.text(6),
            requestHead: requestHead(row),
            requestBody: row.blob(8),
            responseStatus: row.optionalInteger(9).map { Int($0) },
            responseHead: row.isNull(10) ? nil : row.blob(10),
            responseBody: row.isNull(11) ? nil : row.blob(11),
            error: row.optionalText(12),
            startedMilliseconds: row.integer(13),
            finishedMilliseconds: row.integer(14)
        )
    }

    private static func requestHead(_ row: Row) -> [UInt8] {
        if row.isNull(8) { return [] }
        if !row.isNull(7) { return row.blob(7) }
        return CallForm(signedPath: row.text(5), head: row.blob(15)).head(
            timestamp: row.text(4),
            externalID: row.text(3),
            signature: row.text(6),
            bodyCount: row.blob(8).count
        )
    }

    private static func erased(_ row: Row) -> ErasedGatewayCall? {
        if row.isNull(16) { return nil }
        return ErasedGatewayCall(
            requestDigest: row.blob(16),
            responseDigest: row.isNull(17) ? nil : row.blob(17)
        )
    }
}
