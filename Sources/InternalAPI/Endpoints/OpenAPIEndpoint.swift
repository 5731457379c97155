import APIModel
import HTTPCore

/// `GET /openapi.json`: what this API is.
enum OpenAPIEndpoint {
    /// The document of all routes: they are where it is made from.
    static let document = OpenAPIDocument(
        paths: APIPath.all(of: APIRoute.all).map { path in
            OpenAPIDocument.Path(
                text: path.text,
                methods: path.routes.map {
                    OpenAPIDocument.Path.Method(
                        name: $0.method,
                        scope: $0.scope,
                        operation: $0.operation
                    )
                }
            )
        }
    )
    private static let text = document.tree.bytes

    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var response = Response(.ok, body: text)
        response.add("Content-Type", "application/json")
        // It changes with the program only, and then at once.
        response.add("Cache-Control", "no-cache")
        return response
    }
}
