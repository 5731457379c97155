import APIModel
import Exposition
import HTTPCore

/// `GET /metrics`: counters and gauges for Prometheus (article Metrics).
enum MetricsEndpoint {
    /// All metrics.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let exposition = MetricsExposition(
            store: services.store,
            metrics: services.metrics,
            disk: services.disk,
            clock: services.clock
        )
        var response = Response(.ok, body: Array(await exposition.text().utf8))
        response.add("Content-Type", APILimits.metricsMediaType)
        response.add("Cache-Control", "no-store")
        return response
    }
}
