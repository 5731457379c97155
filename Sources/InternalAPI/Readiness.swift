import APIModel
package import HTTPCore
package import Store
import Synchronization

/// Whether the receiver is ready for callbacks: the response of `GET /readyz`.
///
/// Ready means that the database is writable, a key of the gateway is loaded, and the receiver is
/// not stopping.
package final class Readiness: Sendable {
    fileprivate struct Check: Encodable {
        let name: String
        let status: String
    }

    fileprivate struct Report: Encodable {
        let status: String
        let checks: [Check]
    }

    private let probe: WriteProbe
    private let hasKeys: Mutex<Bool>
    private let isDraining = Atomic(false)

    package init(store: Store, hasKeys: Bool) {
        probe = WriteProbe(store)
        self.hasKeys = Mutex(hasKeys)
    }

    /// Records whether any key of the gateway is loaded; called after each reload.
    package func setHasKeys(_ hasKeys: Bool) { self.hasKeys.withLock { $0 = hasKeys } }

    /// Makes the receiver not ready, because it is stopping.
    func drain() { isDraining.store(true, ordering: .relaxed) }

    /// Runs the checks; 200 if all of them are `ok`, else 503.
    func response() async -> Response {
        let isWritable = await probe.isWritable()
        let checks = [
            Check(name: "database", status: isWritable ? "ok" : "not writable"),
            Check(name: "keys", status: hasKeys.withLock { $0 } ? "ok" : "none loaded"),
            Check(
                name: "draining",
                status: isDraining.load(ordering: .relaxed) ? "stopping" : "ok"
            ),
        ]
        return Self.response(checks)
    }

    /// The response of a receiver that cannot open its database yet.
    ///
    /// - Parameter reasons: the status of each check, by its name.
    package static func response(_ reasons: KeyValuePairs<String, String>) -> Response {
        response(reasons.map { Check(name: $0.key, status: $0.value) })
    }

    private static func response(_ checks: [Check]) -> Response {
        let isReady = checks.allSatisfy { $0.status == "ok" }
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
