package import Payments
import SQLite

/// How long a QR code is to be payable, as the caller said it.
package enum Validity: Hashable, Sendable {
    /// Nothing was said.
    case standard
    case seconds(Int64)
    /// A point in time, in milliseconds since the epoch.
    case until(Int64)

    var kind: Int64 {
        switch self {
        case .standard: 0
        case .seconds: 1
        case .until: 2
        }
    }

    var value: Int64? {
        switch self {
        case .standard: nil
        case .seconds(let value), .until(let value): value
        }
    }

    init(kind: Int64, value: Int64) {
        switch kind {
        case 1: self = .seconds(value)
        case 2: self = .until(value)
        default: self = .standard
        }
    }
}

/// What a caller asks to be generated: two requests with equal content are one (contract section 5,
/// "members as given, amounts and times by value").
package struct GenerationContent: Hashable, Sendable {
    package let amount: Amount
    package let feeAmount: Amount
    package let validity: Validity

    package init(amount: Amount, feeAmount: Amount, validity: Validity) {
        self.amount = amount
        self.feeAmount = feeAmount
        self.validity = validity
    }
}

/// A request to generate, with the point in time that its validity comes to.
package struct GenerationRequest: Sendable {
    package let partnerReferenceNo: Reference
    package let content: GenerationContent

    /// What is sent: `yyyy-MM-ddTHH:mm:ss+07:00`.
    package let validityPeriod: String

    /// ``validityPeriod`` in milliseconds since the epoch.
    package let expiresMilliseconds: Int64

    package init(
        partnerReferenceNo: Reference,
        content: GenerationContent,
        validityPeriod: String,
        expiresMilliseconds: Int64
    ) {
        self.partnerReferenceNo = partnerReferenceNo
        self.content = content
        self.validityPeriod = validityPeriod
        self.expiresMilliseconds = expiresMilliseconds
    }
}

/// How far the generation of a payment has come.
package enum GenerationState: UInt8, CaseIterable, Sendable {
    /// The intent is on disk; the answer is not. After a crash this is as good as ``unknown``.
    case underWay = 0
    /// The gateway has it, and its code can be shown.
    case accepted = 1
    /// The gateway has it, but there is no code to show.
    case codeLost = 2
    /// The gateway surely does not have it.
    case notAccepted = 3
    /// The gateway may have it: only a query can tell.
    case unknown = 4
}

/// What is stored of a generation.
package struct GenerationRecord: Equatable, Sendable {
    package let state: GenerationState
    package let feeAmount: Amount
    package let validity: Validity
    package let validityPeriod: String

    /// Milliseconds since the epoch.
    package let expiresMilliseconds: Int64
    package let qrContent: String?
    package let lastError: String?

    /// Milliseconds since the epoch.
    package let startedMilliseconds: Int64
}

/// The statements on `generations`.
final class GenerationTable {
    private let selection: Statement
    private let insertion: Statement
    private let ending: Statement
    private let interrupted: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        selection = try connection.prepare(
            """
            SELECT state, fee_amount, validity_kind, validity_value, validity_period, expires_at,
                qr_content, last_error, started_at
            FROM generations WHERE transaction_id = ?
            """
        )
        insertion = try connection.prepare(
            """
            INSERT OR REPLACE INTO generations (transaction_id, state, fee_amount, validity_kind,
                validity_value, validity_period, expires_at, qr_content, last_error, started_at)
            VALUES (?, 0, ?, ?, ?, ?, ?, NULL, NULL, ?)
            """
        )
        ending = try connection.prepare(
            """
            UPDATE generations SET state = ?, qr_content = coalesce(?, qr_content), last_error = ?
            WHERE transaction_id = ?
            """
        )
        interrupted = try connection.prepare(
            "SELECT transaction_id FROM generations WHERE state = 0"
        )
    }

    /// The generation of a transaction, or nil when it was not generated here.
    func generation(_ transactionID: Int64) throws(SQLiteError) -> GenerationRecord? {
        let found = try selection.first {
            $0.integer(transactionID)
        } row: {
            Self.read($0)
        }
        return found ?? nil
    }

    private static func read(_ row: Row) -> GenerationRecord? {
        guard let state = GenerationState(rawValue: UInt8(clamping: row.integer(0))),
            let fee = Amount(sen: row.integer(1))
        else { return nil }
        return GenerationRecord(
            state: state,
            feeAmount: fee,
            validity: Validity(kind: row.integer(2), value: row.integer(3)),
            validityPeriod: row.text(4),
            expiresMilliseconds: row.integer(5),
            qrContent: row.optionalText(6),
            lastError: row.optionalText(7),
            startedMilliseconds: row.integer(8)
        )
    }

    /// Writes that a call is about to be made, in place of an earlier attempt.
    func begin(
        _ request: GenerationRequest,
        transactionID: Int64,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        let validity = request.content.validity
        try insertion.run {
            $0.integer(transactionID)
            $0.integer(request.content.feeAmount.sen)
            $0.integer(validity.kind)
            $0.integer(validity.value)
            $0.text(request.validityPeriod)
            $0.integer(request.expiresMilliseconds)
            $0.integer(now)
        }
    }

    /// Writes what a call has come to.
    func end(
        _ transactionID: Int64,
        _ state: GenerationState,
        qrContent: String? = nil,
        lastError: String? = nil
    ) throws(SQLiteError) {
        try ending.run {
            $0.integer(Int(state.rawValue))
            $0.text(qrContent)
            $0.text(lastError)
            $0.integer(transactionID)
        }
    }

    /// Transactions whose call was under way when somebody last wrote.
    func underWay() throws(SQLiteError) -> [Int64] {
        try interrupted.all { _ in
        } row: {
            $0.integer(0)
        }
    }
}
