import APIModel
import HTTPCore
import Store

/// `GET /v1/gateway-report`: what the live gateway really sends.
enum GatewayReportEndpoint {
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var range = GatewayReportRange()
        range.from = try request.milliseconds("from")
        range.to = try request.milliseconds("to")
        let limits = 1...Int64(GatewayReportRange.entriesMax)
        if let limit = try request.integer("limit", in: limits) { range.limit = Int(limit) }
        if let from = range.from, let to = range.to, from >= to {
            throw Problem(.invalidParameter, "to has to be later than from.", field: "to")
        }
        let wanted = range
        let collector = GatewayReportCollector(services.store.reader)
        return try await services.evidence.inTurn { () async throws(Problem) in
            JSON.response(try await collector.report(on: wanted))
        }
    }
}
