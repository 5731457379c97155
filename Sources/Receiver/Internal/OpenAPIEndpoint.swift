import HTTPCore

/// `GET /openapi.json`: what this API is.
enum OpenAPIEndpoint {
    private static let document = OpenAPIDocument(routes: APIRoute.all).tree.bytes

    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var response = Response(.ok, body: document)
        response.add("Content-Type", "application/json")
        // It changes with the program only, and then at once.
        response.add("Cache-Control", "no-cache")
        return response
    }
}
