import Overview
import Store

/// Finds the consumers for which a transition has waited for long.
struct LateConsumers {
    /// How long a transition may wait.
    static let waitMilliseconds: Int64 = 300_000

    /// The maximum of consumers whose next transition is read.
    static let readMax = 20

    private let store: Store
    private let head: Int64
    private let now: Int64

    /// - Parameter now: milliseconds since the epoch.
    init(_ store: Store, head: Int64, at now: Int64) {
        self.store = store
        self.head = head
        self.now = now
    }

    /// Those of the present feed that have not moved since, ordered as given.
    func among(
        _ consumers: [ConsumerRecord]
    ) async throws(StoreError) -> [HealthFacts.LateConsumer] {
        let behind = consumers.filter { consumer in
            consumer.feed == store.feed && consumer.offset < head
                && now - consumer.updatedMilliseconds >= Self.waitMilliseconds
        }
        var late: [HealthFacts.LateConsumer] = []
        for consumer in behind.prefix(Self.readMax) {
            let next = try await store.reader.transition(consumer.offset + 1)
            // A transition that was removed from the feed is an old one.
            let recorded = next?.recordedMilliseconds ?? 0
            guard now - recorded >= Self.waitMilliseconds else { continue }
            let lag = head - consumer.offset
            late.append(HealthFacts.LateConsumer(name: consumer.name, lag: lag))
        }
        return late
    }
}
