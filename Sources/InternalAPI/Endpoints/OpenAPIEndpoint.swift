import APIModel
import HTTPCore
import OpenAPI

/// `GET /openapi.json`: the OpenAPI document.
enum OpenAPIEndpoint {
    /// The document, made from all routes once.
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

    /// The document. It may be cached if it is revalidated, because it changes with the program
    /// only.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var response = Response(.ok, body: text)
        response.add("Content-Type", "application/json")
        response.add("Cache-Control", "no-cache")
        return response
    }
}
