package import Alarms
package import Maintenance
package import Metrics
package import Store
import System

/// The metrics of a running receiver in the text format of Prometheus (article Metrics).
package struct MetricsExposition: Sendable {
    private let store: Store
    private let metrics: Metrics
    private let disk: DiskWatch
    private let clock: ClockSamples

    package init(store: Store, metrics: Metrics, disk: DiskWatch, clock: ClockSamples) {
        self.store = store
        self.metrics = metrics
        self.disk = disk
        self.clock = clock
    }

    /// All metrics. If the database cannot be read, those that are read from it are left out: the
    /// others show the failure.
    package func text() async -> String {
        let stored = try? await StoredGauges(store)
        var text = MetricsText()
        text.addBuild()
        text.addCallbacks(metrics)
        text.addGateway(metrics)
        text.addClients(metrics)
        text.addOperation(metrics)
        text.addClock(clock)
        text.addDisk(disk)
        text.addCommits(store)
        text.addFeed(store)
        text.addStored(stored, store)
        text.addAlerts(metrics.alerts)
        text.addUnauthorized(metrics.unauthorized)
        text.addProcess(startedMilliseconds: metrics.startedMilliseconds)
        return text.text
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
