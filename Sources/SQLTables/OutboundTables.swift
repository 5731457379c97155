package import Ledger
package import Payments
package import Store

/// The two columns of a validity.
extension Validity {
    /// The stored number of the case: 0 standard, 1 seconds, 2 until.
    var kind: Int64 {
        switch self {
        case .standard: 0
        case .seconds: 1
        case .until: 2
        }
    }

    /// The number that belongs to ``kind``: seconds, or milliseconds since the epoch.
    var value: Int64? {
        switch self {
        case .standard: nil
        case .seconds(let value), .until(let value): value
        }
    }

    /// An unknown kind counts as standard.
    package init(kind: Int64, value: Int64) {
        switch kind {
        case 1: self = .seconds(value)
        case 2: self = .until(value)
        default: self = .standard
        }
    }
}

/// The statements on `generations`; the writer's run inside a write only.
package final class GenerationTable {
    /// Adds a generation in state 0 (under way), or replaces an earlier attempt.
    private let insertion: any SQLStatement

    /// Writes the result of a call, by primary key. A QR payload that is stored already stays when
    /// the result has none.
    private let ending: any SQLStatement

    /// Replaces the start of a call, by primary key.
    private let moving: any SQLStatement

    /// Payments whose call is under way, by `generations_under_way`.
    private let interrupted: any SQLStatement

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        insertion = try connection.prepare(
            """
            INSERT INTO generations (payment_id, state, fee_amount, validity_kind, validity_value,
                validity_period, expires_at, started_at)
            VALUES (?, 0, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (payment_id) DO UPDATE SET state = 0, fee_amount = excluded.fee_amount,
                validity_kind = excluded.validity_kind, validity_value = excluded.validity_value,
                validity_period = excluded.validity_period, expires_at = excluded.expires_at,
                started_at = excluded.started_at, qr_content = NULL, warnings = NULL,
                last_error = NULL
            """
        )
        ending = try connection.prepare(
            """
            UPDATE generations SET state = ?, qr_content = coalesce(?, qr_content), warnings = ?,
                last_error = ?
            WHERE payment_id = ?
            """
        )
        moving = try connection.prepare(
            "UPDATE generations SET started_at = ? WHERE payment_id = ?"
        )
        interrupted = try connection.prepare("SELECT payment_id FROM generations WHERE state = 0")
    }

    /// Records the intent to call, in place of an earlier attempt.
    ///
    /// The call is sent only after the commit is durable. A crash in between leaves state 0, which
    /// leads to a query at the next start.
    package func start(
        _ request: GenerationRequest,
        of paymentID: Int64,
        atMilliseconds now: Int64
    ) throws(StoreError) {
        let validity = request.content.validity
        try insertion.run {
            $0.integer(paymentID)
            $0.integer(request.content.feeAmount.sen)
            $0.integer(validity.kind)
            $0.integer(validity.value)
            $0.text(request.validityPeriod)
            $0.integer(request.expiresMilliseconds)
            $0.integer(now)
        }
    }

    /// Records the result of a call.
    ///
    /// Warnings are stored in one column, one on each line, and only for an accepted call; all
    /// other results store their reason in `last_error`.
    package func finish(
        _ paymentID: Int64,
        _ state: GenerationState,
        _ result: GenerationResult
    ) throws(StoreError) {
        var content: String?
        var warnings: String?
        var error: String?
        switch result {
        case .accepted(_, let qrContent, let odd):
            content = qrContent
            warnings = odd.isEmpty ? nil : odd.joined(separator: "\n")
        case .codeRefused(_, let problem): error = problem.description
        case .notAccepted(let failure), .unknown(let failure): error = failure.description
        }
        try ending.run {
            $0.integer(Int(state.rawValue))
            $0.text(content)
            $0.text(warnings)
            $0.text(error)
            $0.integer(paymentID)
        }
    }

    /// Replaces the start of a call, because the clock was wrong when it was recorded.
    package func moveStart(of paymentID: Int64, toMilliseconds now: Int64) throws(StoreError) {
        try moving.run {
            $0.integer(now)
            $0.integer(paymentID)
        }
    }

    /// Payments whose call has no recorded result.
    package func underWay() throws(StoreError) -> [Int64] {
        try interrupted.all { _ in
        } row: {
            $0.integer(0)
        }
    }
}

/// The writer's statements on `inquiries`, the durable schedule of queries; inside a write only.
package final class InquiryTable {
    /// The inquiries about payments, by primary key.
    private let selection: any SQLStatement

    /// Adds the inquiry of a payment, or replaces it; also moves its entries in the two indexes by
    /// time.
    private let replacement: any SQLStatement

    /// Removes the inquiry of a payment.
    private let removal: any SQLStatement

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        selection = try connection.prepare(
            """
            SELECT \(Self.columns) FROM inquiries
            WHERE payment_id IN (\(connection.dialect.integers))
            """
        )
        replacement = try connection.prepare(
            """
            INSERT INTO inquiries (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (payment_id) DO UPDATE SET phase = excluded.phase,
                base_at = excluded.base_at, step = excluded.step, next_at = excluded.next_at,
                planned_at = excluded.planned_at, is_expiry_check = excluded.is_expiry_check,
                failing_since = excluded.failing_since, failures = excluded.failures,
                unusable_answers = excluded.unusable_answers
            """
        )
        removal = try connection.prepare("DELETE FROM inquiries WHERE payment_id = ?")
    }

    /// The columns that ``read(_:)`` expects.
    package static let columns = """
        payment_id, phase, base_at, step, next_at, planned_at, is_expiry_check, failing_since,
        failures, unusable_answers
        """

    /// Reads a row of ``columns``; nil when the phase is unknown.
    ///
    /// Times are milliseconds since the epoch; `step` is an index into the offsets of the phase.
    package static func read(_ row: any SQLRow) -> StatusInquiry? {
        guard let phase = InquirySchedule.Phase(rawValue: UInt8(clamping: row.integer(1))) else {
            return nil
        }
        var inquiry = StatusInquiry(
            paymentID: row.integer(0),
            phase: phase,
            baseMilliseconds: row.integer(2),
            step: Int(clamping: row.integer(3)),
            nextMilliseconds: row.integer(4),
            plannedMilliseconds: row.integer(5)
        )
        inquiry.isExpiryCheck = row.integer(6) != 0
        inquiry.failingSinceMilliseconds = row.optionalInteger(7)
        inquiry.failureCount = row.integer(8)
        inquiry.unusableCount = row.integer(9)
        return inquiry
    }

    /// The inquiries about these payments, in no particular order.
    package func inquiries(
        about paymentIDs: some Sequence<Int64>
    ) throws(StoreError) -> [StatusInquiry] {
        try selection.all {
            $0.list(paymentIDs)
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    /// Stores the inquiry of a payment, in place of the present one.
    package func put(_ inquiry: StatusInquiry) throws(StoreError) {
        try replacement.run {
            $0.integer(inquiry.paymentID)
            $0.integer(Int(inquiry.phase.rawValue))
            $0.integer(inquiry.baseMilliseconds)
            $0.integer(inquiry.step)
            $0.integer(inquiry.nextMilliseconds)
            $0.integer(inquiry.plannedMilliseconds)
            $0.integer(inquiry.isExpiryCheck ? 1 : 0)
            $0.integer(inquiry.failingSinceMilliseconds)
            $0.integer(inquiry.failureCount)
            $0.integer(inquiry.unusableCount)
        }
    }

    /// Ends the inquiry about a payment; does nothing when there is none.
    package func remove(_ paymentID: Int64) throws(StoreError) {
        try removal.run { $0.integer(paymentID) }
    }
}

/// The writer's statements on `gateway_calls` and `gateway_call_contents`; inside a write only.
package final class GatewayCallTable {
    /// Appends the facts of a call; the ID is the next rowid.
    private let insertion: any SQLStatement

    /// Appends the bytes of a call.
    private let content: any SQLStatement

    /// The table `call_forms`, for heads that differ only in the values of the call.
    private let forms: NumberedValues<CallForm>

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        insertion = try connection.prepare(
            """
            INSERT INTO gateway_calls (payment_id, form, service, partner_reference, external_id,
                signed_at, response_status, error, started_at, finished_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """
        )
        content = try connection.prepare(
            "INSERT INTO gateway_call_contents VALUES (?, ?, ?, ?, ?, ?)"
        )
        forms = try NumberedValues(connection)
    }

    /// Appends a call and returns its ID.
    ///
    /// The head is stored with the call only when its form cannot reproduce it; then the form has
    /// an empty head.
    ///
    /// - Parameter paymentID: nil when the call belongs to no payment.
    @discardableResult
    package func insert(_ call: GatewayCall, paymentID: Int64?) throws(StoreError) -> Int64 {
        let form = CallForm(call)
        let formID = try forms.id(of: form ?? CallForm(signedPath: call.signedPath, head: []))
        let id =
            try insertion.first {
                $0.integer(paymentID)
                $0.integer(formID)
                $0.integer(call.service)
                $0.text(call.partnerReferenceNo)
                $0.text(call.externalID)
                $0.text(call.timestamp)
                $0.integer(call.responseStatus.map { Int64($0) })
                $0.text(call.error)
                $0.integer(call.startedMilliseconds)
                $0.integer(call.finishedMilliseconds)
            } row: {
                $0.integer(0)
            } ?? 0
        try content.run {
            $0.integer(id)
            $0.text(call.signature)
            $0.blob(form == nil ? call.requestHead : nil)
            $0.blob(call.requestBody)
            $0.blob(call.responseHead)
            $0.blob(call.responseBody)
        }
        return id
    }
}
