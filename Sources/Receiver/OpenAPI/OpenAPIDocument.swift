import Commands

/// The document of the API: OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1), made from the routes.
struct OpenAPIDocument: Sendable {
    let routes: [APIRoute]

    var tree: JSONTree {
        [
            "openapi": "3.1.1",
            "info": Self.info,
            "servers": [["url": "/", "description": "The internal listener."]],
            "tags": .list(
                APIOperation.Tag.allCases.map {
                    ["name": .text($0.rawValue), "description": .text($0.text)]
                }
            ),
            "paths": paths,
            "components": [
                "schemas": .object(NamedSchema.all.map { ($0.name, $0.schema.tree) }),
                "responses": ProblemAnswer.components,
                "securitySchemes": ["bearer": Self.bearer],
            ],
        ]
    }

    private static let info: JSONTree = [
        "title": "cashin-receiver",
        "version": .text(Version.text),
        "summary": "Payments of the QRIS gateway Cash In, for a merchant's own services.",
        "description": """
        Answers are of the moment (`Cache-Control: no-store`). Ignore members that you do not \
        know: there may be more some day. Unknown query parameters and members of requests are \
        refused. Every list has `next`, to be sent back, and `more`.

        A path that supports GET supports HEAD, too. What goes wrong is told as problem details \
        (RFC 9457), whose types are a closed list; a method so long that it can be none is \
        answered 501 `malformed-request`.
        """,
    ]

    private static let bearer: JSONTree = [
        "type": "http",
        "scheme": "bearer",
        "description": .text(
            "A token of `internal.tokens` in the configuration. Scopes: "
                + Configuration.Scope.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                + "; `admin` stands for all."
        ),
    ]

    /// The paths in the order of the routes, each with its methods.
    private var paths: JSONTree {
        .object(
            APIPath.all(of: routes).map { path in
                let methods = path.routes.map { route in
                    (route.method.lowercased(), route.operation.tree(scope: route.scope))
                }
                return (path.text, .object(methods))
            }
        )
    }
}
