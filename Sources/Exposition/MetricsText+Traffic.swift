import HTTPServer
import Logging
import Metrics
import Payments
import Snap

// What the receiver counts since its start.
extension MetricsText {
    /// Callbacks: outcomes, refusals, keys, responses and durations.
    mutating func addCallbacks(_ metrics: Metrics) {
        begin(
            "callbacks_total",
            .counter,
            "Callbacks by their first outcome; refused: the signature did not verify, or the "
                + "callback is for another merchant."
        )
        for outcome in CallbackOutcome.allCases {
            sample([("outcome", outcome.word)], metrics.count(of: outcome))
        }
        add(
            "callback_repetitions_total",
            .counter,
            "Redeliveries of stored callbacks.",
            metrics.redeliveries.value
        )
        addRefusals(metrics.refusals)
        begin(
            "callbacks_authentic_total",
            .counter,
            "Callbacks whose signature verified, redeliveries included, by the first "
                + "\(KeyCounters.digits) digits of the key's fingerprint."
        )
        for (key, count) in metrics.keys.values { sample([("key", key)], count) }
        begin("notify_responses_total", .counter, "Responses to callbacks by code.")
        let responses = metrics.responseCounts.map { (code: $0.key.description, count: $0.value) }
        for (code, count) in responses.sorted(by: { $0.code < $1.code }) {
            sample([("code", code)], count)
        }
        begin(
            "callback_duration_seconds",
            .histogram,
            "Time from the first byte of an authentic callback to its response."
        )
        samples([], metrics.callbackDuration.samples)
    }

    private mutating func addRefusals(_ refusals: RefusalCounter) {
        begin(
            "callbacks_refused_total",
            .counter,
            "Requests to the notify listener that did not get 2005600, by reason; authentic: "
                + "whether the signature verified."
        )
        for isAuthentic in [true, false] {
            for reason in RefusalReason.allCases
            where reason.isPossible(isAuthentic: isAuthentic) {
                sample(
                    [("authentic", "\(isAuthentic)"), ("reason", reason.word)],
                    refusals.count(of: reason, isAuthentic: isAuthentic)
                )
            }
        }
    }

    /// Calls to the gateway.
    mutating func addGateway(_ metrics: Metrics) {
        let services = [
            ("generate", metrics.generateCalls, metrics.generateDuration),
            ("query", metrics.queryCalls, metrics.queryDuration),
        ]
        begin("gateway_calls_total", .counter, "Gateway calls by service and outcome.")
        for (service, calls, _) in services {
            for (outcome, count) in calls.values.sorted(by: { $0.key < $1.key }) {
                sample([("service", service), ("outcome", outcome)], count)
            }
        }
        begin("gateway_call_duration_seconds", .histogram, "Duration of gateway calls.")
        for (service, _, duration) in services {
            samples([("service", service)], duration.samples)
        }
        add(
            "gateway_up",
            .gauge,
            "0 if the last queries failed or were rejected, else 1.",
            metrics.isGatewayUp ? 1 : 0
        )
    }

    /// The listeners: connections and requests.
    mutating func addClients(_ metrics: Metrics) {
        let listeners = metrics.allListeners
        let gauges: [(String, String, (Metrics.ListenerMetrics) -> Int)] = [
            ("http_connections", "Open connections.", { $0.counters.open }),
            ("http_connections_max", "Maximum of open connections.", { $0.connectionsMax }),
            (
                "http_requests_in_flight",
                "Requests being handled; on the internal listener without probes and metrics.",
                { $0.load.requests }
            ),
            (
                "http_requests_in_flight_max", "Maximum of requests being handled.",
                { $0.load.requestsMax }
            ),
        ]
        for (name, help, value) in gauges {
            begin(name, .gauge, help)
            for listener in listeners { sample([("listener", listener.name)], value(listener)) }
        }
        let counters: [(String, String, (Metrics.ListenerMetrics) -> UInt64)] = [
            ("http_connections_accepted_total", "Accepted connections.", { $0.counters.accepted }),
            (
                "http_connections_refused_total", "Connections refused at the limit.",
                { $0.counters.refused }
            ),
            ("http_requests_total", "Requests, refused ones included.", { $0.counters.requests }),
        ]
        for (name, help, value) in counters {
            begin(name, .counter, help)
            for listener in listeners { sample([("listener", listener.name)], value(listener)) }
        }
        add("feed_followers", .gauge, "Open long polls and event streams.", metrics.followerCount)
        begin("api_responses_total", .counter, "Responses of the internal API by HTTP status.")
        for (status, count) in metrics.apiResponses.values.sorted(by: { $0.key < $1.key }) {
            sample([("status", "\(status)")], count)
        }
    }

    /// Reloads and the log.
    mutating func addOperation(_ metrics: Metrics) {
        begin("reloads_total", .counter, "Reloads of the configuration by result.")
        sample([("result", "applied")], metrics.reloads.applied.value)
        sample([("result", "refused")], metrics.reloads.refused.value)
        add(
            "last_reload_applied",
            .gauge,
            "0 if the last reload of the configuration was refused, else 1.",
            metrics.reloads.isLastApplied ? 1 : 0
        )
        begin("log_lines_total", .counter, "Warnings and errors in the log.")
        let counts = metrics.log.urgentCounts
        sample([("level", "error")], counts.errors)
        sample([("level", "warning")], counts.warnings)
        add(
            "log_lines_dropped_total",
            .counter,
            "Log lines dropped because the log was not read or writing failed.",
            metrics.log.droppedCount
        )
    }
}
