import APIModel
import Evidence
import HTTPCore
import Store

/// `GET /v1/transactions/{partnerReferenceNo}/dossier`: all evidence of one payment.
enum DossierEndpoint {
    /// The dossier, made in turn with other dossiers and reports.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let reference = try TransactionEndpoint.reference(request)
        let reader = services.store.reader
        let keys = services.evidence.keys
        return try await services.evidence.inTurn { () async throws(Problem) in
            let record = try await reading { () async throws(StoreError) in
                try await reader.transaction(reference)
            }
            guard let record else { throw TransactionEndpoint.unknown(reference) }
            let collector = DossierCollector(reader, keys: keys)
            return JSON.response(try await collector.dossier(of: record))
        }
    }
}

/// `GET /v1/gateway-report`: the forms that the gateway sends.
enum GatewayReportEndpoint {
    /// The report on a period, made in turn with other reports and dossiers.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var range = GatewayReportRange()
        (range.from, range.to) = try request.period()
        let limits = 1...Int64(GatewayReportRange.entriesMax)
        if let limit = try request.integer("limit", in: limits) { range.limit = Int(limit) }
        let wanted = range
        let collector = GatewayReportCollector(services.store.reader)
        return try await services.evidence.inTurn { () async throws(Problem) in
            JSON.response(try await collector.report(on: wanted))
        }
    }
}
