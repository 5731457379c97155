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

/// `GET /metrics`: what Prometheus collects.
enum MetricsEndpoint {
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var text = MetricsText()
        add(services.metrics, to: &text)
        addProcess(startedMilliseconds: services.metrics.startedMilliseconds, to: &text)
        addServers(services.metrics.serverCounters, to: &text)
        addDisk(services.disk.current, to: &text)
        try await addStore(services.store, to: &text)
        var response = Response(.ok, body: Array(text.text.utf8))
        response.add("Content-Type", APILimits.metricsMediaType)
        response.add("Cache-Control", "no-store")
        return response
    }

    private static func add(_ metrics: Metrics, to text: inout MetricsText) {
        text.begin("callbacks_total", .counter, "Authentic callbacks by their first outcome.")
        for outcome in CallbackOutcome.allCases {
            let count = metrics.count(of: outcome)
            text.sample("callbacks_total", [("outcome", outcome.word)], "\(count)")
        }
        text.add(
            "callback_repetitions_total",
            .counter,
            "Callbacks that were received before, byte for byte.",
            metrics.repetitions.value
        )
        text.begin("notify_responses_total", .counter, "Answers of the notify listener by code.")
        let answers = metrics.answers.values.map { (code: $0.key.description, count: $0.value) }
        for (code, count) in answers.sorted(by: { $0.code < $1.code }) {
            text.sample("notify_responses_total", [("code", code)], "\(count)")
        }
        text.begin(
            "callback_duration_seconds",
            .histogram,
            "From the first byte of an authentic callback to its answer."
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
            "Log lines that were not written: nothing read the log, or writing failed.",
            metrics.log.droppedCount
        )
    }

    private static func addCalls(_ metrics: Metrics, to text: inout MetricsText) {
        let services = [
            ("generate", metrics.generateCalls, metrics.generateDuration),
            ("query", metrics.queryCalls, metrics.queryDuration),
        ]
        text.begin("gateway_calls_total", .counter, "Calls of the gateway by service and outcome.")
        for (service, calls, _) in services {
            for (outcome, count) in calls.values.sorted(by: { $0.key < $1.key }) {
                let labels = [(name: "service", value: service), ("outcome", outcome)]
                text.sample("gateway_calls_total", labels, "\(count)")
            }
        }
        text.begin("gateway_call_duration_seconds", .histogram, "How long calls took.")
        for (service, _, duration) in services {
            text.samples("gateway_call_duration_seconds", [("service", service)], duration)
        }
        text.add(
            "gateway_up",
            .gauge,
            "1 unless the last queries brought no answer or were refused.",
            metrics.isGatewayUp ? 1 : 0
        )
    }

    private static func addProcess(startedMilliseconds: Int64, to text: inout MetricsText) {
        text.begin("build_info", .gauge, "The version that runs.")
        text.sample("build_info", [("version", Version.text)], "1")
        text.add(
            "process_start_time_seconds",
            .gauge,
            "When the process began to serve, since 1970.",
            nanoseconds: UInt64(clamping: startedMilliseconds) * 1_000_000
        )
        let usage = CurrentProcess.usage
        text.add(
            "process_cpu_seconds_total",
            .counter,
            "Processor time, user and system.",
            nanoseconds: usage.processorMicroseconds * 1_000
        )
        text.add(
            "process_peak_resident_memory_bytes",
            .gauge,
            "The most memory that was resident.",
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
        text.begin("http_connections_accepted_total", .counter, "Connections accepted.")
        for (name, counters) in servers {
            let label = [(name: "listener", value: name)]
            text.sample("http_connections_accepted_total", label, "\(counters.accepted)")
        }
        text.begin("http_connections_refused_total", .counter, "Connections over the limit.")
        for (name, counters) in servers {
            let label = [(name: "listener", value: name)]
            text.sample("http_connections_refused_total", label, "\(counters.refused)")
        }
    }

    private static func addDisk(_ disk: DiskWatch.View, to text: inout MetricsText) {
        if let free = disk.freeBytes {
            text.add("disk_free_bytes", .gauge, "Room on the disk of the database.", free)
        }
        text.add(
            "disk_low",
            .gauge,
            "1 while there is less room than storage.minimumFreeBytes.",
            disk.isLow ? 1 : 0
        )
    }

    private static func addStore(_ store: Store, to text: inout MetricsText) async throws(Problem) {
        let commits = store.commitCounts
        text.add("commits_total", .counter, "Commits that reached the disk.", commits.commits)
        text.add("commit_failures_total", .counter, "Commits that did not.", commits.failures)
        text.add(
            "committed_submissions_total",
            .counter,
            "Callbacks and other changes in the commits.",
            commits.submissions
        )
        text.add(
            "refused_submissions_total",
            .counter,
            "Callbacks and other changes that the database refused for themselves: defects.",
            commits.invalidSubmissions
        )
        text.add(
            "refusals_dropped_total",
            .counter,
            "Refused requests that came too fast to be kept, or while the disk was low.",
            store.droppedRefusals
        )
        text.add("feed_waiters", .gauge, "Who waits for the feed.", store.signal.waiterCount)
        let reader = store.reader
        let now = SystemClock.realtimeMilliseconds()
        text.add(
            "feed_reads_total",
            .counter,
            "Parts of the feed that were read from the database: none for who follows the head.",
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
        text.add("queries_due", .gauge, "Questions to the gateway that are due now.", due)
        text.begin("attention_open", .gauge, "Open entries of the attention list by kind.")
        for kind in AttentionKind.allCases {
            let count = attention[kind.rawValue] ?? 0
            text.sample("attention_open", [("kind", kind.rawValue)], "\(count)")
        }
        text.begin("consumer_lag", .gauge, "Transitions that a consumer has not taken yet.")
        for consumer in consumers where consumer.feed == store.feed {
            let lag = max(head - consumer.position, 0)
            text.sample("consumer_lag", [("consumer", consumer.name)], "\(lag)")
        }
    }
}
