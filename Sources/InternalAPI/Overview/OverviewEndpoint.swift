import APIModel
import HTTPCore

/// `GET /v1/overview`: what the first view of the page shows.
enum OverviewEndpoint {
    /// The overview, made by the desk for all requests of two seconds.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(bytes: try await services.overview.overview())
    }
}
