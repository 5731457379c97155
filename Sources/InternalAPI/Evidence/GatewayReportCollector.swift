import APIModel
import HTTPCore
import Ledger
import Payments
import System
import Snap
import Store
import Survey
import Text

/// Looks through the journal for a report, in portions: no state of the database is held for long.
struct GatewayReportCollector: Sendable {
    private static let callbacksInPortion = 100

    /// An answer may have a megabyte.
    private static let exchangesInPortion = 10

    private let reader: any StorageReader

    init(_ reader: any StorageReader) { self.reader = reader }

    /// The report on what lies in `range`.
    func report(
        on range: GatewayReportRange
    ) async throws(Problem) -> GatewayReportRepresentation {
        let text = { (milliseconds: Int64?) in
            milliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
        }
        return GatewayReportRepresentation(
            madeAt: JakartaTime.textWithFraction(milliseconds: SystemClock.realtimeMilliseconds()),
            from: text(range.from),
            to: text(range.to),
            limit: range.limit,
            callbacks: try await callbacks(range),
            outbound: try await outbound(range)
        )
    }

    private func callbacks(
        _ range: GatewayReportRange
    ) async throws(Problem) -> GatewayReportRepresentation.Part<CallbackSurvey> {
        var filter = CallbackFilter()
        filter.isAuthentic = true
        filter.fromMilliseconds = range.from
        filter.toMilliseconds = range.to
        let reader = reader
        var survey = CallbackSurvey()
        let isTruncated = try await forEach(
            of: range.limit,
            inPortionsOf: Self.callbacksInPortion,
            number: \.id
        ) { (before, limit) async throws(StoreError) in
            filter.beforeID = before
            return try await reader.callbacks(filter, limit: limit)
        } note: { record in
            if let callback = SurveyedCallback(record) { survey.note(callback) }
        }
        return GatewayReportRepresentation.Part(survey: survey, truncated: isTruncated)
    }

    private func outbound(
        _ range: GatewayReportRange
    ) async throws(Problem) -> GatewayReportRepresentation.Part<OutboundSurvey> {
        var filter = GatewayCallFilter()
        filter.fromMilliseconds = range.from
        filter.toMilliseconds = range.to
        let reader = reader
        var survey = OutboundSurvey()
        let isTruncated = try await forEach(
            of: range.limit,
            inPortionsOf: Self.exchangesInPortion,
            number: \.id
        ) { (before, limit) async throws(StoreError) in
            filter.beforeID = before
            return try await reader.gatewayCalls(filter, limit: limit)
        } note: { kept in
            if kept.erased == nil { survey.note(SurveyedCall(kept.call)) }
        }
        return GatewayReportRepresentation.Part(survey: survey, truncated: isTruncated)
    }

    /// Hands the newest `limit` entries of a list on, newest first; returns whether there are more.
    private func forEach<Entry: Sendable>(
        of limit: Int,
        inPortionsOf portionMax: Int,
        number: (Entry) -> Int64,
        read: (_ before: Int64?, _ limit: Int) async throws(StoreError) -> [Entry],
        note: (Entry) -> Void
    ) async throws(Problem) -> Bool {
        var rest = limit
        var before: Int64?
        while !Task.isCancelled {
            let portion = min(rest, portionMax)
            // One more than wanted says whether there is more.
            let found = try await reading { () async throws(StoreError) in
                try await read(before, portion + 1)
            }
            for entry in found.prefix(portion) { note(entry) }
            rest -= portion
            if found.count <= portion { return false }
            if rest == 0 { return true }
            before = number(found[portion - 1])
        }
        throw Problem(.overloaded, "The client has gone.")
    }
}

extension SurveyedCallback {
    /// Nil for a refused one, and for one whose bytes were erased.
    init?(_ record: CallbackRecord) {
        guard record.erased == nil, let verification = record.verification,
            let timestamp = record.timestamp
        else { return nil }
        let head = KeptHead(record.head)
        self.init(
            receivedMilliseconds: record.receivedMilliseconds,
            lastReceivedMilliseconds: record.lastReceivedMilliseconds,
            deliveries: record.deliveries,
            path: verification.path,
            bodyForm: verification.bodyForm,
            keyFingerprint: verification.keyFingerprint,
            timestamp: timestamp,
            httpVersion: head?.version ?? "",
            fields: head?.fields ?? [],
            client: record.client,
            responseCode: CallbackRepresentation.response(record).code,
            fact: record.fact,
            provenOrder: record.provenOrder,
            body: record.body
        )
    }
}

extension SurveyedCall {
    init(_ exchange: GatewayCall) {
        self.init(
            service: exchange.service,
            startedMilliseconds: exchange.startedMilliseconds,
            finishedMilliseconds: exchange.finishedMilliseconds,
            responseStatus: exchange.responseStatus,
            responseBody: exchange.responseBody
        )
    }
}
