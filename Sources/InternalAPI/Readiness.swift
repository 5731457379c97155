import APIModel
package import HTTPCore
package import Store
import Synchronization

/// Whether the receiver is ready for callbacks: `GET /readyz`.
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

    /// Notes whether any key of the gateway is loaded.
    package func setHasKeys(_ hasKeys: Bool) { self.hasKeys.withLock { $0 = hasKeys } }

    /// From now on the receiver is not ready: it stops.
    func drain() { isDraining.store(true, ordering: .relaxed) }

    /// 200 when every check is well, else 503.
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

    /// A response of a receiver that is not ready, for these reasons by the names of the checks.
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

/// `GET /healthz` and `GET /readyz`: whether the receiver is alive, and ready for callbacks.
enum ReadinessEndpoint {
    static func health(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(["status": "ok"])
    }

    static func readiness(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        await services.readiness.response()
    }
}
