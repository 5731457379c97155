import Metrics
import Payments
import Store

// The database, the feed and its readers.
extension MetricsText {
    /// The writer's commits, and the rejected-request store.
    mutating func addCommits(_ store: Store) {
        let counts = store.commitCounts
        add("commits_total", .counter, "Durable commits.", counts.commits)
        add("commit_failures_total", .counter, "Failed commits.", counts.failures)
        begin(
            "commit_submissions",
            .histogram,
            "Callbacks and other submissions in one durable commit."
        )
        samples([], HistogramSamples(counts.sizes, bound: { "\($0)" }))
        begin("commit_duration_seconds", .histogram, "Duration of durable commits.")
        samples(
            [],
            HistogramSamples(counts.durations, bound: { Self.seconds(nanoseconds: $0) })
        )
        add(
            "committed_submissions_total",
            .counter,
            "Callbacks and other submissions in durable commits.",
            counts.submissions
        )
        add(
            "refused_submissions_total",
            .counter,
            "Submissions that the database rejected individually; each is a defect.",
            counts.invalidSubmissions
        )
        add(
            "refusals_dropped_total",
            .counter,
            "Rejected requests not kept: too many at once, or the disk was low.",
            store.droppedRejectedRequests
        )
    }

    /// The feed and its readers.
    mutating func addFeed(_ store: Store) {
        add("feed_head", .gauge, "The newest sequence number of the feed.", store.window.head)
        add(
            "feed_waiters",
            .gauge,
            "Clients waiting for new transitions.",
            store.signal.waiterCount
        )
        add(
            "feed_reads_total",
            .counter,
            "Reads of the feed from the database; followers at the head cause none.",
            store.reader.feedReadCount
        )
    }

    /// What was read from the database; nil if it could not be read.
    mutating func addStored(_ stored: StoredGauges?, _ store: Store) {
        add(
            "database_readable",
            .gauge,
            "0 if the database could not be read for this scrape, else 1.",
            stored == nil ? 0 : 1
        )
        guard let stored else { return }
        let head = store.window.head
        let consumers = stored.consumers.filter { $0.feed == store.feed }
        begin("consumer_lag", .gauge, "Transitions after the offset of a consumer.")
        for consumer in consumers {
            sample([("consumer", consumer.name)], max(head - consumer.offset, 0))
        }
        begin("consumer_offset", .gauge, "The last transition that a consumer has processed.")
        for consumer in consumers { sample([("consumer", consumer.name)], consumer.offset) }
        add("queries_due", .gauge, "Status inquiries that are due.", stored.dueCount)
        begin("attention_open", .gauge, "Open attention entries by kind.")
        for kind in AttentionKind.allCases {
            sample([("kind", kind.rawValue)], stored.attentionCounts[kind.rawValue] ?? 0)
        }
    }
}

extension HistogramSamples {
    /// - Parameter bound: writes a bound, and the sum, in the unit of the metric.
    fileprivate init(_ distribution: Distribution, bound: (UInt64) -> String) {
        self.init(
            bounds: distribution.bounds.map(bound),
            counts: distribution.counts,
            sum: bound(distribution.sum)
        )
    }
}
