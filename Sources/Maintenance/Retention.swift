package import Logging
import System
package import Store

/// Erases what is old: when an operator says so, and what `storage.bodyDays` says. One order at a
/// time.
package actor Retention {
    /// Another order is being carried out.
    package struct Busy: Error {
        package let order: PruneOrder
    }

    private let store: Store
    private let pruner: Pruner
    private let log: Log?
    private let now: @Sendable () -> Int64
    package private(set) var progress = PruneProgress()
    private var run: Task<Void, Never>?
    private var schedule: Task<Void, Never>?
    private var isClosed = false

    /// How often `storage.bodyDays` is looked at: an hour more or less does not matter to days.
    private static let everySeconds = 3_600

    /// - Parameters:
    ///   - isShared: whether others use the database at the same time.
    ///   - log: nil for a command that shows the progress itself.
    ///   - now: milliseconds since the epoch.
    package init(store: Store, isShared: Bool, log: Log?, now: @escaping @Sendable () -> Int64) {
        self.store = store
        pruner = Pruner(store: store, isShared: isShared)
        self.log = log
        self.now = now
    }

    /// For a daemon, whose writer has callbacks to commit.
    package init(besideCallbacks store: Store, log: Log) {
        self.init(store: store, isShared: true, log: log, now: SystemClock.realtimeMilliseconds)
    }

    /// Begins to carry out an order, unless it is under way already. It takes the place of one that
    /// only counts, and of the daily one.
    package func start(_ order: PruneOrder) async throws(Busy) -> PruneProgress {
        while progress.state == .running, let present = progress.order {
            if present == order { return progress }
            guard present.isDryRun || present.isAutomatic, !order.isAutomatic else {
                throw Busy(order: present)
            }
            await stop()
        }
        if isClosed { return progress }
        progress = PruneProgress()
        progress.state = .running
        progress.order = order
        progress.startedMilliseconds = now()
        run = Task { await carryOut(order) }
        return progress
    }

    /// Returns when the order that is under way has ended.
    package func wait() async { await run?.value }

    private func carryOut(_ order: PruneOrder) async {
        do {
            try await pruner.run(order, nowMilliseconds: now()) { change in
                await self.note(change)
            }
            progress.state = .done
        } catch is CancellationError {
            progress.state = .stopped
        } catch {
            progress.state = .failed
            progress.error = "\(error)"
        }
        progress.finishedMilliseconds = now()
        tell()
    }

    private func note(_ change: @Sendable (inout PruneProgress) -> Void) { change(&progress) }

    private func tell() {
        let progress = progress
        if let error = progress.error {
            log?.error("erasing failed") { $0.add("error", error) }
            return
        }
        guard progress.hasErased, progress.order?.isDryRun == false else { return }
        log?.info("erased") { line in
            line.add("state", progress.state.rawValue)
            line.add("callbacks", progress.callbackCount)
            line.add("gatewayCalls", progress.gatewayCallCount)
            line.add("refusals", progress.refusalCount)
            line.add("transitions", progress.transitionCount)
            line.add("bytes", progress.byteCount)
        }
    }

    /// Gives up what is under way, and returns when nothing of it is.
    private func stop() async {
        run?.cancel()
        await run?.value
    }

    // MARK: storage.bodyDays

    /// Erases from now on, every hour, the bodies that are older than `days`; nil for none.
    package func keepBodies(forDays days: Int?) {
        schedule?.cancel()
        schedule = nil
        guard let days, !isClosed else { return }
        schedule = Task {
            while !Task.isCancelled {
                await self.erase(olderThanDays: days)
                try? await Task.sleep(for: .seconds(Self.everySeconds))
            }
        }
    }

    /// A clock that is wrong must not erase what is young: age counts to the newest time that the
    /// gateway signed, where our clock is ahead of it.
    private func erase(olderThanDays days: Int) async {
        do throws(StoreError) {
            guard let signed = try await store.reader.newestSignedTime() else { return }
            let before = min(now(), signed) - Int64(days) * PruneOrder.dayMilliseconds
            let order = PruneOrder(beforeMilliseconds: before, isAutomatic: true)
            do throws(Busy) { _ = try await start(order) } catch { return }
        } catch {
            log?.error("erasing failed") { $0.add("error", describing: error) }
        }
    }

    /// Gives up what is under way, for good.
    package func close() async {
        isClosed = true
        schedule?.cancel()
        await schedule?.value
        await stop()
    }
}
