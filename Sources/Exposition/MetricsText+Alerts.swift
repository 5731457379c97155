import Metrics

extension MetricsText {
    /// Adds what each alert has sent, and what waits.
    mutating func addAlerts(_ counters: AlertCounters) {
        let alerts = counters.values
        begin("alerts_total", .counter, "Messages of alerts by result; failed ones are retried.")
        for alert in alerts {
            for result in AlertCounters.Result.allCases {
                let labels = [(name: "name", value: alert.name), ("result", result.rawValue)]
                sample(labels, alert.results[result] ?? 0)
            }
        }
        begin("alert_entries_waiting", .gauge, "Attention entries that an alert has to report.")
        for alert in alerts { sample([("name", alert.name)], alert.waiting) }
    }

    /// Adds the requests to the internal listener without a valid token.
    mutating func addUnauthorized(_ counter: LabelledCounter<UnauthorizedReason>) {
        begin(
            "unauthorized_requests_total",
            .counter,
            "Requests to the internal listener without a valid token."
        )
        let counts = counter.values
        for reason in UnauthorizedReason.allCases {
            sample([("reason", reason.rawValue)], counts[reason] ?? 0)
        }
    }
}
