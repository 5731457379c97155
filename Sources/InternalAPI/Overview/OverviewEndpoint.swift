import APIModel
import HTTPCore

/// `GET /v1/overview`: what the first view of the page shows.
enum OverviewEndpoint {
    /// The overview, made by the desk for all requests of two seconds, with the token of this one.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let shared = try await services.overview.overview()
        guard let caller = request.caller else { return JSON.response(bytes: shared) }
        let token = JSON.encode(TokenRepresentation(caller))
        // The shared object, with one member more.
        return JSON.response(bytes: Array("{\"token\":".utf8) + token + [0x2C] + shared.dropFirst())
    }
}
