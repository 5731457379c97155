import APIModel
package import HTTPCore
package import Store
import Synchronization

/// Whether the receiver is ready for callbacks: the response of `GET /readyz`.
///
/// Ready means that the database is writable, a key of the gateway is loaded, and the receiver is
/// not stopping.
package final class Readiness: Sendable {
    private struct Report: Encodable {
        let status: String
        let checks: [ReadinessCheck]
    }

    private let store: Store
    private let probe: WriteProbe
    private let hasKeys: Mutex<Bool>
    private let isDraining = Atomic(false)

    package init(store: Store, hasKeys: Bool) {
        self.store = store
        probe = WriteProbe(store)
        self.hasKeys = Mutex(hasKeys)
    }

    /// Records whether any key of the gateway is loaded; called after each reload.
    package func setHasKeys(_ hasKeys: Bool) { self.hasKeys.withLock { $0 = hasKeys } }

    /// Makes the receiver not ready, because it is stopping.
    func drain() { isDraining.store(true, ordering: .relaxed) }

    /// Runs the checks.
    func checks() async -> [ReadinessCheck] {
        let isWritable = await probe.isWritable()
        return [
            ReadinessCheck(.database, problem: isWritable ? nil : databaseProblem),
            ReadinessCheck(.keys, problem: hasKeys.withLock { $0 } ? nil : "none loaded"),
            ReadinessCheck(
                .draining,
                problem: isDraining.load(ordering: .relaxed) ? "stopping" : nil
            ),
        ]
    }

    /// Why the database is not writable, as far as it is known.
    private var databaseProblem: String {
        guard let failure = store.commitFailure else {
            return "not writable: a commit takes longer than two seconds"
        }
        return "not writable: \(failure)"
    }

    /// Runs the checks; 200 if all of them are `ok`, else 503.
    func response() async -> Response { Self.response(await checks()) }

    /// The response of a receiver that cannot open its database yet.
    ///
    /// - Parameter databaseProblem: why it cannot be opened.
    package static func response(databaseProblem: String) -> Response {
        response([ReadinessCheck(.database, problem: databaseProblem)])
    }

    private static func response(_ checks: [ReadinessCheck]) -> Response {
        let isReady = checks.allSatisfy(\.isOK)
        return JSON.response(
            Report(status: isReady ? "ok" : "not ready", checks: checks),
            status: isReady ? .ok : .serviceUnavailable
        )
    }
}

/// `GET /healthz` and `GET /readyz`: whether the receiver is alive, and whether it is ready for
/// callbacks.
enum ReadinessEndpoint {
    /// Always 200: a response shows that the process is alive.
    static func health(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(["status": "ok"])
    }

    /// 200 or 503, with all checks.
    static func readiness(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        await services.readiness.response()
    }
}
