/// Why a request to the internal listener was not authenticated.
package enum UnauthorizedReason: String, CaseIterable, Sendable {
    /// It has no header Authorization with a bearer token, or several.
    case noToken = "no_token"
    /// Its token is not configured.
    case unknownToken = "unknown_token"
}

extension MetricsText {
    /// Adds the requests without a valid token.
    package mutating func add(unauthorized counter: LabelledCounter<UnauthorizedReason>) {
        let counts = counter.values
        begin(
            "unauthorized_requests_total",
            .counter,
            "Requests to the internal listener without a valid token."
        )
        for reason in UnauthorizedReason.allCases {
            let labels = [(name: "reason", value: reason.rawValue)]
            sample("unauthorized_requests_total", labels, "\(counts[reason] ?? 0)")
        }
    }
}
