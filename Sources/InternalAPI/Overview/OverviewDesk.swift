import APIModel
import Commands
package import Configuration
import HTTPCore
package import Maintenance
package import Metrics
import Overview
import Payments
import Queues
package import Store
import Synchronization
import System

/// Makes the overview, at most once in two seconds for all that ask.
///
/// It works on a queue of its own, and reads each stored row once (``ActivityTally``). Therefore
/// any number of open pages costs a few reads of the database in two seconds.
package actor OverviewDesk {
    /// The parts of the receiver that an overview shows.
    private struct Sources {
        let store: Store
        let readiness: Readiness
        let disk: DiskWatch
        let metrics: Metrics
    }

    /// An overview as JSON, and when it was made.
    private struct Made {
        let bytes: [UInt8]
        let nanoseconds: UInt64
    }

    private let executor = QueueExecutor(label: "overview")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let sources: Sources

    /// The host of the gateway; nil if it is not called.
    private let gatewayHost: Mutex<String?>
    private var tally: ActivityTally
    private var made: Made?

    /// The computation that others wait for; nil while there is none.
    private var making: Task<Result<[UInt8], Problem>, Never>?

    /// How often ``recount()`` was called; a computation that began before it is not kept.
    private var recountCount = 0

    /// How long an overview is shown.
    private static let validNanoseconds: UInt64 = 2_000_000_000

    /// The maximum of consumers that are shown.
    private static let consumersMax = 1_000

    package init(
        _ loaded: LoadedConfiguration,
        store: Store,
        readiness: Readiness,
        disk: DiskWatch,
        metrics: Metrics
    ) {
        sources = Sources(store: store, readiness: readiness, disk: disk, metrics: metrics)
        gatewayHost = Mutex(Self.gatewayHost(loaded))
        tally = ActivityTally(store.reader)
    }

    /// Shows the gateway of `loaded` from now on.
    nonisolated func apply(_ loaded: LoadedConfiguration) {
        gatewayHost.withLock { $0 = Self.gatewayHost(loaded) }
    }

    private static func gatewayHost(_ loaded: LoadedConfiguration) -> String? {
        let configuration = loaded.configuration
        return configuration.isReceiveOnly ? nil : configuration.cashIn.baseURL.host
    }

    /// Counts the whole day again for the next overview: a replay has moved callbacks.
    func recount() {
        tally.recount()
        made = nil
        recountCount += 1
    }

    /// The overview as JSON, not older than two seconds.
    func overview() async throws(Problem) -> [UInt8] {
        if let made, SystemClock.monotonicNanoseconds() - made.nanoseconds < Self.validNanoseconds {
            return made.bytes
        }
        if let making { return try await making.value.get() }
        let making = Task { await make() }
        self.making = making
        return try await making.value.get()
    }

    private func make() async -> Result<[UInt8], Problem> {
        defer { making = nil }
        let number = recountCount
        do throws(Problem) {
            let facts = try await reading { () async throws(StoreError) in try await readFacts() }
            let bytes = JSON.encode(OverviewRepresentation(facts))
            if number == recountCount {
                made = Made(bytes: bytes, nanoseconds: SystemClock.monotonicNanoseconds())
            }
            return .success(bytes)
        } catch {
            return .failure(error)
        }
    }

    // MARK: Facts

    private func readFacts() async throws(StoreError) -> OverviewFacts {
        let now = SystemClock.realtimeMilliseconds()
        let number = recountCount
        var tally = tally
        try await tally.update(at: now)
        if number == recountCount { self.tally = tally }
        let (store, disk) = (sources.store, sources.disk.current)
        let day = tally.day ?? DayTally(dayOf: now)
        let totals = try await store.reader.storedTotals()
        let consumers = try await store.reader.consumers(after: "", limit: Self.consumersMax)
        let checks = await sources.readiness.checks()
        let host = gatewayHost.withLock { $0 }
        // Read after the consumers, so that no offset is beyond the head.
        let head = store.window.head

        var health = HealthFacts(nowMilliseconds: now)
        health.attention = try await attention()
        health.apply(checks)
        health.isDiskLow = disk.isLow
        health.isLastReloadApplied = sources.metrics.reloads.isLastApplied
        health.lastFailure = tally.lastFailure?.failure
        health.gateway = gatewayState(host, tally)
        health.lateConsumers = try await LateConsumers(store, head: head, at: now)
            .among(consumers)
        health.paidToday = day.total.paid
        health.paidTodaySen = day.total.paidSen
        health.lastCallbackMilliseconds = totals.newestCallbackMilliseconds

        var facts = OverviewFacts(health: health, day: day, totals: totals, disk: disk)
        facts.databaseBytes = sources.disk.fileSizes.reduce(0) { $0 + $1.bytes }
        facts.version = Version.text
        facts.startedMilliseconds = sources.metrics.startedMilliseconds
        (facts.feed, facts.head) = (store.feed, head)
        facts.gatewayHost = host
        (facts.lastResponse, facts.lastFailure) = (tally.lastResponse, tally.lastFailure)
        facts.consumers = consumers
        facts.checks = checks
        return facts
    }

    private func attention() async throws(StoreError) -> [AttentionKind: Int64] {
        let counts = try await sources.store.reader.openAttentionCounts()
        return counts.reduce(into: [:]) { known, entry in
            if let kind = AttentionKind(rawValue: entry.key) { known[kind] = entry.value }
        }
    }

    private func gatewayState(_ host: String?, _ tally: ActivityTally) -> GatewayState {
        if host == nil { return .none }
        if !sources.metrics.isGatewayUp { return .failing }
        return tally.lastResponse == nil ? .unknown : .ok
    }
}

extension HealthFacts {
    /// Applies the results of the checks of `GET /readyz`.
    fileprivate mutating func apply(_ checks: [ReadinessCheck]) {
        for check in checks {
            switch check.name {
            case .database: isDatabaseWritable = check.isOK
            case .keys: hasKeys = check.isOK
            case .draining: isStopping = !check.isOK
            }
        }
    }
}
