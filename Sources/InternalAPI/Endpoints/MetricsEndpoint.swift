import APIModel
import HTTPCore
import Metrics
import Store
import System

/// `GET /metrics`: counters and gauges for Prometheus (article Metrics).
enum MetricsEndpoint {
    /// All metrics. Without a readable database those that are read from it are left out: the
    /// others show the failure.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let stored = try? await StoredGauges(services.store)
        var text = MetricsText()
        text.addBuild()
        text.addCallbacks(services.metrics)
        text.addGateway(services.metrics)
        text.addClients(services.metrics)
        text.addOperation(services.metrics)
        text.addClock(services.clock)
        text.addDisk(services.disk)
        text.addCommits(services.store)
        text.addFeed(services.store)
        text.addStored(stored, services.store)
        text.addAlerts(services.metrics.alerts)
        text.addUnauthorized(services.metrics.unauthorized)
        text.addProcess(startedMilliseconds: services.metrics.startedMilliseconds)
        var response = Response(.ok, body: Array(text.text.utf8))
        response.add("Content-Type", APILimits.metricsMediaType)
        response.add("Cache-Control", "no-store")
        return response
    }
}

/// What each scrape reads from the database.
struct StoredGauges: Sendable {
    /// The maximum of consumers that are shown.
    private static let consumersMax = 1_000

    /// Status inquiries that are due.
    let dueCount: Int

    /// Open attention entries by kind.
    let attentionCounts: [String: Int64]

    /// Of any feed.
    let consumers: [ConsumerRecord]

    init(_ store: Store) async throws(StoreError) {
        let reader = store.reader
        let now = SystemClock.realtimeMilliseconds()
        dueCount = try await reader.dueInquiryCount(at: now)
        attentionCounts = try await reader.openAttentionCounts()
        consumers = try await reader.consumers(after: "", limit: Self.consumersMax)
    }
}
