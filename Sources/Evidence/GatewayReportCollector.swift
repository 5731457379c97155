package import APIModel
import HTTPCore
import Ledger
import Payments
import System
import Snap
package import Store
import Survey
import Text

/// Surveys the journal for a gateway report.
///
/// Entries are read in portions, so that no snapshot of the database is held for long.
package struct GatewayReportCollector: Sendable {
    /// Callbacks in one read.
    private static let callbacksInPortion = 100

    /// Gateway calls in one read; a response can have 1 MiB.
    private static let exchangesInPortion = 10

    private let reader: any StorageReader

    package init(_ reader: any StorageReader) { self.reader = reader }

    /// Makes the report on the callbacks and gateway calls in `range`.
    package func report(
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

    /// Surveys the authentic callbacks; erased ones count against the limit and are left out.
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
        } visit: { record in
            if let callback = SurveyedCallback(record) { survey.count(callback) }
        }
        return GatewayReportRepresentation.Part(survey: survey, truncated: isTruncated)
    }

    /// Surveys the gateway calls; erased ones count against the limit and are left out.
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
        } visit: { stored in
            if stored.erased == nil { survey.count(SurveyedCall(stored.call)) }
        }
        return GatewayReportRepresentation.Part(survey: survey, truncated: isTruncated)
    }

    /// Passes the newest `limit` entries of a list to `visit`, newest first.
    ///
    /// Stops when the client disconnects.
    ///
    /// - Parameters:
    ///   - number: the id of an entry, by which the next portion begins.
    ///   - read: reads the newest entries with an id below `before`.
    /// - Returns: whether there are older entries.
    private func forEach<Entry: Sendable>(
        of limit: Int,
        inPortionsOf portionMax: Int,
        number: (Entry) -> Int64,
        read: (_ before: Int64?, _ limit: Int) async throws(StoreError) -> [Entry],
        visit: (Entry) -> Void
    ) async throws(Problem) -> Bool {
        var rest = limit
        var before: Int64?
        while !Task.isCancelled {
            let portion = min(rest, portionMax)
            // One entry more is read to find out whether there are more.
            let found = try await reading { () async throws(StoreError) in
                try await read(before, portion + 1)
            }
            for entry in found.prefix(portion) { visit(entry) }
            rest -= portion
            if found.count <= portion { return false }
            if rest == 0 { return true }
            before = number(found[portion - 1])
        }
        throw .disconnected
    }
}

extension SurveyedCallback {
    /// The surveyed properties of a callback; nil for a rejected request, and for erased bytes.
    init?(_ record: CallbackRecord) {
        guard record.erased == nil, let verification = record.verification,
            let timestamp = record.timestamp
        else { return nil }
        let head = StoredHead(record.head)
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
            corroboratedOrder: record.corroboratedOrder,
            body: record.body
        )
    }
}

extension SurveyedCall {
    /// The surveyed properties of a gateway call.
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
