import APIModel
import HTTPCore

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
