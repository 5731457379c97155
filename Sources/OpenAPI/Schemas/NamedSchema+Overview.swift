import APIModel
import Configuration
import Overview
import Store

// The overview: what the first view of the page shows.
extension NamedSchema {
    static let overviewSchemas = [
        overview, overviewToken, scope, overallHealth, healthStatus, healthReason, healthReasonName,
        environment, today,
        todayHour, latency, latencyBucket, gatewayHealth, gatewayState, gatewayFailure,
        consumerLag, openAttention, openAttentionKind, disk,
    ]

    static let overview = NamedSchema(
        "Overview",
        .response([
            "token": .reference(overviewToken),
            "at": .time("When it was made."),
            "health": .reference(overallHealth),
            "environment": .reference(environment),
            "gatewayHost": .text("The host of `cashIn.baseURL`; null for `none`.").orNull,
            "version": .text("The version of the program."),
            "startedAt": .time("The start of the process."),
            "feed": .text("The id of the feed."),
            "head": .integer(0...Int64.max, "The newest sequence number; 0 if the feed is empty."),
            "today": .reference(today),
            "latency": .reference(latency),
            "gateway": .reference(gatewayHealth),
            "consumers": .list(of: .reference(consumerLag), "Ordered by name; 1,000 at most."),
            "attention": .reference(openAttention),
            "disk": .reference(disk),
            "checks": .list(of: .reference(readinessCheck), "The checks of `GET /readyz`."),
        ])
    )

    private static let overviewToken = NamedSchema(
        "OverviewToken",
        .response(
            [
                "name": .text("The name of the token in the configuration."),
                "scopes": .list(of: .reference(scope)),
            ],
            "The token of the request, so that a page can show what it may do."
        )
    )
    private static let scope = NamedSchema(
        "Scope",
        .oneOf(Configuration.Scope.allCases.map(\.rawValue), "`admin` includes all others.")
    )

    private static let overallHealth = NamedSchema(
        "OverviewHealth",
        .response([
            "status": .reference(healthStatus),
            "sentence": .text("Whether all is well, for people."),
            "reasons": .list(of: .reference(healthReason), "The most urgent first."),
        ])
        .example(
            """
            {"status": "attention", "sentence": "2 attention entries are open.",
             "reasons": [{"name": "entries-open", "text": "2 attention entries are open.",
             "count": 2}]}
            """
        )
    )
    private static let healthStatus = NamedSchema(
        "HealthStatus",
        .oneOf(
            Health.Status.allCases.map(\.rawValue),
            "`failing`: payments are missed, or cannot be made."
        )
    )
    private static let healthReason = NamedSchema(
        "HealthReason",
        .response([
            "name": .reference(healthReasonName),
            "text": .text("One sentence."),
            "count": .integer(1...Int64.max, "How many there are of it; null if not counted.")
                .orNull,
        ])
    )
    private static let healthReasonName = NamedSchema(
        "HealthReasonName",
        .oneOf(Health.Reason.Name.allCases.map(\.rawValue))
    )
    private static let environment = NamedSchema(
        "GatewayEnvironment",
        .oneOf(
            GatewayEnvironment.allCases.map(\.rawValue),
            "By the host of the gateway; `local` is this machine, `none` is receive-only."
        )
    )

    private static let callbacks = JSONSchema.integer(
        0...Int64.max,
        "Authentic callbacks; redeliveries are not counted."
    )
    private static let paid = JSONSchema.integer(
        0...Int64.max,
        "Payments whose status became `success`."
    )
    private static let expired = JSONSchema.integer(
        0...Int64.max,
        "Payments whose status became `cancelled`: their codes expired, or were cancelled."
    )
    private static let refused = JSONSchema.integer(
        0...Int64.max,
        "Rejected requests that bear our client id or a well-formed signature. After a restart, "
            + "those that are still stored."
    )

    private static let today = NamedSchema(
        "Today",
        .response([
            "day": .text("The day in Jakarta.", format: "date"),
            "hours": .list(of: .reference(todayHour), count: 24...24, "One for each hour."),
            "callbacks": callbacks, "paid": paid, "paidAmount": .reference(moneySum),
            "expired": expired, "refused": refused,
        ])
    )
    private static let todayHour = NamedSchema(
        "TodayHour",
        .response([
            "hour": .integer(0...23, "The hour of the day in Jakarta."),
            "callbacks": callbacks, "paid": paid, "paidAmount": .reference(moneySum),
            "expired": expired, "refused": refused,
        ])
    )

    private static let latency = NamedSchema(
        "CallbackLatency",
        .response(
            [
                "count": .integer(0...Int64.max, "The number of payments."),
                "medianSeconds": .number("Off by less than one percent.").orNull,
                "p95Seconds": .number("Off by less than one percent.").orNull,
                "maximumSeconds": .number().orNull,
                "buckets": .list(of: .reference(latencyBucket)),
            ],
            "The times from `paidAt` to the receipt of the callback, for the payments whose status "
                + "became `success` by a callback today."
        )
    )
    private static let latencyBucket = NamedSchema(
        "LatencyBucket",
        .response([
            "upToSeconds": .integer(1...Int64.max, "Null for the last one.").orNull,
            "count": .integer(0...Int64.max, "The payments of this bucket alone."),
        ])
    )
}

// The overview: gateway, consumers, attention list, disk.
extension NamedSchema {
    fileprivate static let gatewayHealth = NamedSchema(
        "OverviewGateway",
        .response([
            "state": .reference(gatewayState),
            "lastCallbackAt": .time("Of the newest authentic callback.").orNull,
            "lastResponseAt": .time("Of the newest response to a gateway call.").orNull,
            "lastFailure": .reference(gatewayFailure).orNull,
            "openInquiries": .integer(
                0...StoredTotals.inquiriesMax,
                "Payments with a scheduled status inquiry, counted up to the maximum."
            ),
        ])
    )
    fileprivate static let gatewayState = NamedSchema(
        "GatewayState",
        .oneOf(
            GatewayState.allCases.map(\.rawValue),
            "`unknown`: no response yet; `none`: receive-only."
        )
    )
    fileprivate static let gatewayFailure = NamedSchema(
        "GatewayFailure",
        .response(
            ["at": .time(), "text": .text("The error, or the HTTP status.")],
            "The newest gateway call without a response, or with a status of 500 or above."
        )
    )

    fileprivate static let consumerLag = NamedSchema(
        "ConsumerLag",
        .response([
            "name": .text(pattern: ConsumerName.pattern),
            "position": .integer(0...Int64.max, "The offset."),
            "lag": .integer(
                0...Int64.max,
                "The number of transitions that are not processed yet; null if the offset belongs "
                    + "to another feed."
            ).orNull,
            "updatedAt": .time(),
        ])
    )

    fileprivate static let openAttention = NamedSchema(
        "OpenAttention",
        .response([
            "open": .integer(0...Int64.max, "The number of open entries."),
            "oldestOpenedAt": .time().orNull,
            "kinds": .list(of: .reference(openAttentionKind), "Kinds with an open entry."),
        ])
    )
    fileprivate static let openAttentionKind = NamedSchema(
        "OpenAttentionKind",
        .response(["kind": .reference(attentionKind), "count": .integer(1...Int64.max)])
    )

    fileprivate static let disk = NamedSchema(
        "OverviewDisk",
        .response([
            "freeBytes": .integer(0...Int64.max, "On the disk of the database.").orNull,
            "minimumBytes": .integer(0...Int64.max, "`storage.minimumFreeBytes`."),
            "databaseBytes": .integer(0...Int64.max, "The size of all files of the database."),
            "isLow": .flag("Whether less than the minimum is free."),
        ])
    )
}
