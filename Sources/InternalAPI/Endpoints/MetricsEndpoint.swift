import APIModel
import Commands
import HTTPCore
import HTTPServer
import Logging
import Maintenance
import Metrics
import Payments
import Snap
import System
import Store

/// `GET /metrics`: counters and gauges for Prometheus.
enum MetricsEndpoint {
    /// All metrics; 503 if the database cannot be read.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var text = MetricsText()
        add(services.metrics, to: &text)
        addProcess(startedMilliseconds: services.metrics.startedMilliseconds, to: &text)
        addServers(services.metrics.serverCounters, to: &text)
        addDisk(services.disk.current, to: &text)
        services.metrics.alerts.add(to: &text)
        text.add(unauthorized: services.metrics.unauthorized)
        try await addStore(services.store, to: &text)
        var response = Response(.ok, body: Array(text.text.utf8))
        response.add("Content-Type", APILimits.metricsMediaType)
        response.add("Cache-Control", "no-store")
        return response
    }

    /// Metrics that the receiver counts itself, since its start.
    private static func add(_ metrics: Metrics, to text: inout MetricsText) {
        text.begin("callbacks_total", .counter, "Authentic callbacks by their first outcome.")
        for outcome in CallbackOutcome.allCases {
            let count = metrics.count(of: outcome)
            text.sample("callbacks_total", [("outcome", outcome.word)], "\(count)")
        }
        text.add(
            "callback_repetitions_total",
            .counter,
            "Redeliveries of stored callbacks.",
            metrics.redeliveries.value
        )
        text.begin("notify_responses_total", .counter, "Responses to callbacks by code.")
        let responses = metrics.responseCounts.map { (code: $0.key.description, count: $0.value) }
        for (code, count) in responses.sorted(by: { $0.code < $1.code }) {
            text.sample("notify_responses_total", [("code", code)], "\(count)")
        }
        text.begin(
            "callback_duration_seconds",
            .histogram,
            "Time from the first byte of an authentic callback to its response."
        )
        text.samples("callback_duration_seconds", [], metrics.callbackDuration)
        addCalls(metrics, to: &text)
        text.begin("reloads_total", .counter, "Reloads of the configuration by result.")
        for (result, count) in metrics.reloads.values.sorted(by: { $0.key < $1.key }) {
            text.sample("reloads_total", [("result", result)], "\(count)")
        }
        text.add(
            "log_lines_dropped_total",
            .counter,
            "Log lines dropped because the log was not read or writing failed.",
            metrics.log.droppedCount
        )
    }

    private static func addCalls(_ metrics: Metrics, to text: inout MetricsText) {
        let services = [
            ("generate", metrics.generateCalls, metrics.generateDuration),
            ("query", metrics.queryCalls, metrics.queryDuration),
        ]
        text.begin("gateway_calls_total", .counter, "Gateway calls by service and outcome.")
        for (service, calls, _) in services {
            for (outcome, count) in calls.values.sorted(by: { $0.key < $1.key }) {
                let labels = [(name: "service", value: service), ("outcome", outcome)]
                text.sample("gateway_calls_total", labels, "\(count)")
            }
        }
        text.begin("gateway_call_duration_seconds", .histogram, "Duration of gateway calls.")
        for (service, _, duration) in services {
            text.samples("gateway_call_duration_seconds", [("service", service)], duration)
        }
        text.add(
            "gateway_up",
            .gauge,
            "0 if the last queries failed or were rejected, else 1.",
            metrics.isGatewayUp ? 1 : 0
        )
    }

    private static func addProcess(startedMilliseconds: Int64, to text: inout MetricsText) {
        text.begin("build_info", .gauge, "The running version.")
        text.sample("build_info", [("version", Version.text)], "1")
        text.add(
            "process_start_time_seconds",
            .gauge,
            "Start of serving, in seconds since 1970.",
            nanoseconds: UInt64(clamping: startedMilliseconds) * 1_000_000
        )
        let usage = CurrentProcess.usage
        text.add(
            "process_cpu_seconds_total",
            .counter,
            "User and system CPU time.",
            nanoseconds: usage.processorMicroseconds * 1_000
        )
        text.add(
            "process_peak_resident_memory_bytes",
            .gauge,
            "Peak resident memory.",
            usage.peakMemoryBytes
        )
    }

    private static func addServers(
        _ servers: [(name: String, counters: ServerCounters)],
        to text: inout MetricsText
    ) {
        text.begin("http_connections", .gauge, "Open connections by listener.")
        for (name, counters) in servers {
            text.sample("http_connections", [("listener", name)], "\(counters.open)")
        }
        text.begin("http_connections_accepted_total", .counter, "Accepted connections.")
        for (name, counters) in servers {
            let label = [(name: "listener", value: name)]
            text.sample("http_connections_accepted_total", label, "\(counters.accepted)")
        }
        text.begin("http_connections_refused_total", .counter, "Connections refused at the limit.")
        for (name, counters) in servers {
            let label = [(name: "listener", value: name)]
            text.sample("http_connections_refused_total", label, "\(counters.refused)")
        }
    }

    private static func addDisk(_ disk: DiskWatch.View, to text: inout MetricsText) {
        if let free = disk.freeBytes {
            text.add("disk_free_bytes", .gauge, "Free bytes on the disk of the database.", free)
        }
        text.add(
            "disk_low",
            .gauge,
            "1 if less than storage.minimumFreeBytes is free, else 0.",
            disk.isLow ? 1 : 0
        )
    }

    /// Metrics of the store. Those at the end are read from the database with each scrape.
    private static func addStore(_ store: Store, to text: inout MetricsText) async throws(Problem) {
        let commits = store.commitCounts
        text.add("commits_total", .counter, "Durable commits.", commits.commits)
        text.add("commit_failures_total", .counter, "Failed commits.", commits.failures)
        text.add(
            "committed_submissions_total",
            .counter,
            "Callbacks and other submissions in durable commits.",
            commits.submissions
        )
        text.add(
            "refused_submissions_total",
            .counter,
            "Submissions that the database rejected individually; each is a defect.",
            commits.invalidSubmissions
        )
        text.add(
            "refusals_dropped_total",
            .counter,
            "Rejected requests not kept: too many at once, or the disk was low.",
            store.droppedRejectedRequests
        )
        text.add(
            "feed_waiters",
            .gauge,
            "Clients waiting for new transitions.",
            store.signal.waiterCount
        )
        let reader = store.reader
        let now = SystemClock.realtimeMilliseconds()
        text.add(
            "feed_reads_total",
            .counter,
            "Reads of the feed from the database; followers at the head cause none.",
            store.reader.feedReadCount
        )
        let (due, attention, consumers) = try await reading { () async throws(StoreError) in
            (
                try await reader.dueInquiryCount(at: now),
                try await reader.openAttentionCounts(),
                try await reader.consumers(after: "", limit: 1_000)
            )
        }
        let head = store.window.head
        text.add("feed_head", .gauge, "The newest sequence number of the feed.", head)
        text.add("queries_due", .gauge, "Status inquiries that are due.", due)
        text.begin("attention_open", .gauge, "Open attention entries by kind.")
        for kind in AttentionKind.allCases {
            let count = attention[kind.rawValue] ?? 0
            text.sample("attention_open", [("kind", kind.rawValue)], "\(count)")
        }
        text.begin("consumer_lag", .gauge, "Transitions after the offset of a consumer.")
        for consumer in consumers where consumer.feed == store.feed {
            let lag = max(head - consumer.offset, 0)
            text.sample("consumer_lag", [("consumer", consumer.name)], "\(lag)")
        }
    }
}
