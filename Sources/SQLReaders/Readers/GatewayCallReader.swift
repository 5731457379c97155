import Ledger
import Payments
import SQLTables
import Store

/// The readers' statements on gateway calls.
///
/// Facts, bytes and forms are in different tables, so that bytes can be erased and equal heads are
/// stored once; a record joins them again.
struct GatewayCallReader {
    private let connection: any SQLDatabase

    /// The IDs of a payment's calls, from `gateway_calls_of_payment` alone.
    private let attached: any SQLStatement

    /// The calls of no payment in an ID range that carry one of two references; scans the range.
    private let loose: any SQLStatement

    init(_ connection: any SQLDatabase) throws(StoreError) {
        self.connection = connection
        attached = try connection.prepare("SELECT id FROM gateway_calls WHERE payment_id = ?")
        loose = try connection.prepare(
            """
            SELECT id FROM gateway_calls
            WHERE id < ? AND id >= ? AND payment_id IS NULL AND partner_reference IN (?, ?)
            """
        )
    }

    /// Gateway calls, newest first, in the ID ranges that ``TimeSearch`` finds for the times.
    ///
    /// Only the ranges are determined in a snapshot. Calls are never changed except by erasing, so
    /// a later read of a range finds the same rows.
    func calls(_ filter: GatewayCallFilter, limit: Int) throws(StoreError) -> [StoredGatewayCall] {
        let (from, to) = (filter.fromMilliseconds, filter.toMilliseconds)
        let ranges = try connection.snapshot { () throws(StoreError) in
            try TimeSearch(.gatewayCalls, connection).ranges(
                from: from,
                to: to,
                in: 1..<max(filter.beforeID ?? .max, 1)
            )
        }
        var found: [StoredGatewayCall] = []
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

    /// The calls with these IDs, newest first, by primary key.
    func calls(_ ids: some Collection<Int64>) throws(StoreError) -> [StoredGatewayCall] {
        var conditions = Conditions()
        let list = connection.dialect.integers
        conditions.add("gateway_calls.id IN (\(list))") { $0.list(Array(ids)) }
        return try rows(conditions, limit: ids.count)
    }

    /// The IDs of the calls about a payment, newest first.
    ///
    /// A call from before the payment existed has no payment. Such calls are searched by either
    /// reference among the ``looseMax`` calls before the payment's first one; without a call of its
    /// own, none are.
    func ids(of transaction: TransactionRecord) throws(StoreError) -> [Int64] {
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

    /// The maximum of calls that are scanned for those of no payment: tens of megabytes to read.
    private static let looseMax: Int64 = 10_000

    /// The calls that satisfy all conditions, newest first. Bytes, remainder and form are joined by
    /// their primary keys.
    private func rows(
        _ conditions: Conditions,
        limit: Int
    ) throws(StoreError) -> [StoredGatewayCall] {
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
            conditions.bind(row)
            row.integer(limit)
        } row: { row in
            StoredGatewayCall(id: row.integer(0), call: Self.read(row), erased: Self.erased(row))
        }
    }

    /// Reads a row of ``rows(_:limit:)``; bytes of an erased call are empty.
    private static func read(_ row: any SQLRow) -> GatewayCall {
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

    /// The request head: stored, or constructed from the call's form; empty when it was erased.
    private static func requestHead(_ row: any SQLRow) -> [UInt8] {
        if row.isNull(8) { return [] }
        if !row.isNull(7) { return row.blob(7) }
        return CallForm(signedPath: row.text(5), head: row.blob(15)).head(
            timestamp: row.text(4),
            externalID: row.text(3),
            signature: row.text(6),
            bodyCount: row.blob(8).count
        )
    }

    /// What remains of erased bytes; nil while they are stored.
    private static func erased(_ row: any SQLRow) -> ErasedGatewayCall? {
        if row.isNull(16) { return nil }
        return ErasedGatewayCall(
            requestDigest: row.blob(16),
            responseDigest: row.isNull(17) ? nil : row.blob(17)
        )
    }
}
