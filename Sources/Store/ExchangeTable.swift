import SQLite

/// One call of the gateway, byte for byte.
package struct ExchangeRecord: Equatable, Sendable {
    /// SNAP BI's number of the service: 47 generate, 51 query.
    package let service: Int

    /// The merchant's number that it was about.
    package let partnerReferenceNo: String

    /// X-EXTERNAL-ID; empty when none could be made.
    package let externalID: String

    /// X-TIMESTAMP.
    package let timestamp: String
    package let stringToSign: [UInt8]

    /// The request line and the header as sent; empty when there was nothing to send.
    package let requestHead: [UInt8]
    package let requestBody: [UInt8]

    /// Nil, like the two below, when no answer came.
    package let responseStatus: Int?
    package let responseHead: [UInt8]?
    package let responseBody: [UInt8]?

    /// Why no answer came; nil when one did.
    package let error: String?

    /// Milliseconds since the epoch.
    package let startedMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let finishedMilliseconds: Int64

    package init(
        service: Int,
        partnerReferenceNo: String,
        externalID: String,
        timestamp: String,
        stringToSign: [UInt8],
        requestHead: [UInt8],
        requestBody: [UInt8],
        responseStatus: Int?,
        responseHead: [UInt8]?,
        responseBody: [UInt8]?,
        error: String?,
        startedMilliseconds: Int64,
        finishedMilliseconds: Int64
    ) {
        self.service = service
        self.partnerReferenceNo = partnerReferenceNo
        self.externalID = externalID
        self.timestamp = timestamp
        self.stringToSign = stringToSign
        self.requestHead = requestHead
        self.requestBody = requestBody
        self.responseStatus = responseStatus
        self.responseHead = responseHead
        self.responseBody = responseBody
        self.error = error
        self.startedMilliseconds = startedMilliseconds
        self.finishedMilliseconds = finishedMilliseconds
    }
}

/// A kept call of the gateway.
package struct KeptExchange: Equatable, Sendable {
    package let id: Int64
    package let exchange: ExchangeRecord
}

/// The writer's statement on `exchanges`: calls of the gateway.
final class ExchangeTable {
    private let connection: Connection
    private let insertion: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        insertion = try connection.prepare(
            """
            INSERT INTO exchanges (transaction_id, service, partner_reference, external_id,
                signed_at, string_to_sign, request_head, request_body, response_status,
                response_head, response_body, error, started_at, finished_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
    }

    /// Keeps a call, and returns its key; `transactionID` is nil when it belongs to none.
    @discardableResult
    func insert(_ exchange: ExchangeRecord, transactionID: Int64?) throws(SQLiteError) -> Int64 {
        try insertion.run {
            $0.integer(transactionID)
            $0.integer(exchange.service)
            $0.text(exchange.partnerReferenceNo)
            $0.text(exchange.externalID)
            $0.text(exchange.timestamp)
            $0.blob(exchange.stringToSign)
            $0.blob(exchange.requestHead)
            $0.blob(exchange.requestBody)
            $0.integer(exchange.responseStatus.map { Int64($0) })
            $0.blob(exchange.responseHead)
            $0.blob(exchange.responseBody)
            $0.text(exchange.error)
            $0.integer(exchange.startedMilliseconds)
            $0.integer(exchange.finishedMilliseconds)
        }
        return connection.lastInsertRowID
    }
}
