import HTTPCore
import SQLite
import Sockets
import Store
import Synchronization

/// Whether the receiver is ready for callbacks: `GET /readyz`.
final class Readiness: Sendable {
    private struct Check: Encodable {
        let name: String
        let status: String
    }

    private struct Report: Encodable {
        let status: String
        let checks: [Check]
    }

    private let store: Store
    private let hasKeys: Mutex<Bool>
    private let isDraining = Atomic(false)
    private let lastProbe = Mutex<(isWritable: Bool, nanoseconds: UInt64)?>(nil)

    init(store: Store, hasKeys: Bool) {
        self.store = store
        self.hasKeys = Mutex(hasKeys)
    }

    /// Notes whether any key of the gateway is loaded.
    func setHasKeys(_ hasKeys: Bool) { self.hasKeys.withLock { $0 = hasKeys } }

    /// From now on the receiver is not ready: it stops.
    func drain() { isDraining.store(true, ordering: .relaxed) }

    /// 200 when every check is well, else 503.
    func response() async -> Response {
        let isWritable = await isWritable()
        let checks = [
            Check(name: "database", status: isWritable ? "ok" : "not writable"),
            Check(name: "keys", status: hasKeys.withLock { $0 } ? "ok" : "none loaded"),
            Check(
                name: "draining",
                status: isDraining.load(ordering: .relaxed) ? "stopping" : "ok"
            ),
        ]
        let isReady = checks.allSatisfy { $0.status == "ok" }
        return JSON.response(
            Report(status: isReady ? "ok" : "not ready", checks: checks),
            status: isReady ? .ok : .serviceUnavailable
        )
    }

    /// Whether a mark could be committed, within the last second: who asks often, and nobody needs a
    /// token to, does not make the disk work for each time.
    private func isWritable() async -> Bool {
        let now = Clock.monotonicNanoseconds()
        let known = lastProbe.withLock { $0 }
        if let known, now - known.nanoseconds < 1_000_000_000 { return known.isWritable }
        var isWritable = true
        do throws(SQLiteError) {
            try await store.probe()
        } catch {
            isWritable = false
        }
        lastProbe.withLock { $0 = (isWritable, now) }
        return isWritable
    }
}
