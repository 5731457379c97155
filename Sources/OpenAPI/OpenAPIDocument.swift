import Commands
package import Configuration

/// The document of the API: OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1).
///
/// It is generated from the routes, so that it lists every route (article Decisions).
package struct OpenAPIDocument: Sendable {
    /// A path with its operations.
    package struct Path: Sendable {
        /// One operation of the path.
        package struct Method: Sendable {
            /// The method in upper case, as in a request.
            package let name: String

            /// The required scope; nil if the operation needs no token.
            package let scope: Configuration.Scope?
            package let operation: APIOperation

            package init(name: String, scope: Configuration.Scope?, operation: APIOperation) {
                self.name = name
                self.scope = scope
                self.operation = operation
            }
        }

        /// The path, such as `/v1/callbacks/{id}`.
        package let text: String
        package let methods: [Method]

        package init(text: String, methods: [Method]) {
            self.text = text
            self.methods = methods
        }
    }

    /// The paths in the order of the document.
    package let paths: [Path]

    package init(paths: [Path]) {
        self.paths = paths
    }

    /// The complete document.
    package var tree: JSONTree {
        [
            "openapi": "3.1.1",
            "info": Self.info,
            "servers": [["url": "/", "description": "The internal listener."]],
            "tags": .list(
                APIOperation.Tag.allCases.map {
                    ["name": .text($0.rawValue), "description": .text($0.text)]
                }
            ),
            "paths": pathsTree,
            "components": [
                "schemas": .object(NamedSchema.all.map { ($0.name, $0.schema.tree) }),
                "responses": ProblemResponse.components,
                "securitySchemes": ["bearer": Self.bearer],
            ],
        ]
    }

    private static let info: JSONTree = [
        "title": "cashin-receiver",
        "version": .text(Version.text),
        "summary": "Payments of the QRIS gateway Cash In, for a merchant's own services.",
        "description": """
        Responses must not be cached (`Cache-Control: no-store`). Clients must ignore unknown \
        members, because later versions may add some. Unknown query parameters and unknown \
        members of requests are errors. Every list has `next`, which is sent to get the next \
        page, and `more`.

        A path that supports GET also supports HEAD. Errors are problem details (RFC 9457) with \
        types from a closed list. A method name beyond the length limit is answered 501 \
        `malformed-request`.
        """,
    ]

    private static let bearer: JSONTree = [
        "type": "http",
        "scheme": "bearer",
        "description": .text(
            "A token from `internal.tokens` in the configuration. Scopes: "
                + Configuration.Scope.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                + "; `admin` includes all of them."
        ),
    ]

    /// The paths, each with its methods.
    private var pathsTree: JSONTree {
        .object(
            paths.map { path in
                let methods = path.methods.map { method in
                    (method.name.lowercased(), method.operation.tree(scope: method.scope))
                }
                return (path.text, .object(methods))
            }
        )
    }
}
