package import Configuration
import Maintenance
import Overview
import Payments
import Store
import Text

/// The JSON of the overview: what the first view of the page shows.
///
/// It has many properties, because the view has many parts.
package struct OverviewRepresentation: Encodable {
    let at: String
    let health: Health
    let environment: String
    @Nullable var gatewayHost: String?
    let version: String
    let startedAt: String
    let feed: String
    let head: Int64
    let today: Today
    let latency: Latency
    let gateway: Gateway
    let consumers: [Consumer]
    let attention: Attention
    let disk: Disk
    let checks: [ReadinessCheck]
}

extension OverviewRepresentation {
    struct Health: Encodable {
        struct Reason: Encodable {
            let name: String
            let text: String
            @Nullable var count: Int64?
        }

        let status: String
        let sentence: String
        let reasons: [Reason]

        init(_ health: Overview.Health) {
            status = health.status.rawValue
            sentence = health.sentence
            reasons = health.reasons.map {
                Reason(name: $0.name.rawValue, text: $0.text, count: $0.count)
            }
        }
    }

    struct Today: Encodable {
        struct Hour: Encodable {
            let hour: Int
            let callbacks: Int64
            let paid: Int64
            let paidAmount: SummaryRepresentation.Money
            let expired: Int64
            let refused: Int64

            init(_ hour: Int, _ tally: HourTally) {
                self.hour = hour
                callbacks = tally.callbacks
                paid = tally.paid
                paidAmount = SummaryRepresentation.Money(sen: tally.paidSen)
                expired = tally.expired
                refused = tally.refused
            }
        }

        let day: String
        let hours: [Hour]
        let callbacks: Int64
        let paid: Int64
        let paidAmount: SummaryRepresentation.Money
        let expired: Int64
        let refused: Int64

        init(_ tally: DayTally) {
            day = JakartaTime.dayText(dayNumber: tally.day)
            hours = tally.hours.enumerated().map { Hour($0.offset, $0.element) }
            let total = tally.total
            callbacks = total.callbacks
            paid = total.paid
            paidAmount = SummaryRepresentation.Money(sen: total.paidSen)
            expired = total.expired
            refused = total.refused
        }
    }

    struct Latency: Encodable {
        struct Bucket: Encodable {
            @Nullable var upToSeconds: Int64?
            let count: Int64
        }

        let count: Int64
        @Nullable var medianSeconds: Double?
        @Nullable var p95Seconds: Double?
        @Nullable var maximumSeconds: Double?
        let buckets: [Bucket]

        init(_ tally: LatencyTally) {
            let seconds = { (milliseconds: Int64) in Double(milliseconds) / 1_000 }
            count = tally.count
            medianSeconds = tally.quantile(hundredths: 50).map(seconds)
            p95Seconds = tally.quantile(hundredths: 95).map(seconds)
            maximumSeconds = tally.count == 0 ? nil : seconds(tally.maximumMilliseconds)
            let bounds = LatencyTally.boundsSeconds.map { Optional($0) } + [nil]
            buckets = zip(bounds, tally.counts).map { Bucket(upToSeconds: $0, count: $1) }
        }
    }

    struct Gateway: Encodable {
        struct Failure: Encodable {
            let at: String
            let text: String
        }

        let state: String
        @Nullable var lastCallbackAt: String?
        @Nullable var lastResponseAt: String?
        @Nullable var lastFailure: Failure?
        let openInquiries: Int64
    }

    struct Consumer: Encodable {
        let name: String
        let position: Int64

        /// The number of transitions after its offset; nil if the offset belongs to another feed.
        @Nullable var lag: Int64?
        let updatedAt: String
    }

    struct Attention: Encodable {
        struct Kind: Encodable {
            let kind: String
            let count: Int64
        }

        let open: Int64
        @Nullable var oldestOpenedAt: String?
        let kinds: [Kind]
    }

    struct Disk: Encodable {
        @Nullable var freeBytes: Int64?
        let minimumBytes: Int64
        let databaseBytes: Int64
        let isLow: Bool
    }
}

extension OverviewRepresentation {
    /// Makes the representation of an overview.
    package init(_ facts: OverviewFacts) {
        let time = { (milliseconds: Int64) in
            JakartaTime.textWithFraction(milliseconds: milliseconds)
        }
        at = time(facts.health.nowMilliseconds)
        health = Health(Overview.Health(facts.health))
        environment = GatewayEnvironment(host: facts.gatewayHost).rawValue
        gatewayHost = facts.gatewayHost
        version = facts.version
        startedAt = time(facts.startedMilliseconds)
        feed = facts.feed
        head = facts.head
        today = Today(facts.day)
        latency = Latency(facts.day.latency)
        gateway = Gateway(
            state: facts.health.gateway.rawValue,
            lastCallbackAt: facts.totals.newestCallbackMilliseconds.map(time),
            lastResponseAt: facts.lastResponse.map { time($0.milliseconds) },
            lastFailure: facts.lastFailure.map {
                Gateway.Failure(at: time($0.milliseconds), text: $0.failure ?? "")
            },
            openInquiries: facts.totals.inquiryCount
        )
        consumers = facts.consumers.map { record in
            Consumer(
                name: record.name,
                position: record.offset,
                lag: record.feed == facts.feed ? max(facts.head - record.offset, 0) : nil,
                updatedAt: time(record.updatedMilliseconds)
            )
        }
        let kinds = facts.health.attention.filter { $0.value > 0 }
        attention = Attention(
            open: kinds.values.reduce(0, +),
            oldestOpenedAt: facts.totals.oldestEntryMilliseconds.map(time),
            kinds: AttentionKind.allCases.compactMap { kind in
                kinds[kind].map { Attention.Kind(kind: kind.rawValue, count: $0) }
            }
        )
        disk = Disk(
            freeBytes: facts.disk.freeBytes,
            minimumBytes: facts.disk.minimumBytes,
            databaseBytes: facts.databaseBytes,
            isLow: facts.disk.isLow
        )
        checks = facts.checks
    }
}

/// The JSON of the token of a request.
package struct TokenRepresentation: Encodable {
    let name: String
    let scopes: [String]

    package init(_ token: Token) {
        name = token.name
        scopes = token.scopes.map(\.rawValue).sorted()
    }
}
