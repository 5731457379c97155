import Commands
package import Configuration

/// The document of the API: OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1), made from the routes.
package struct OpenAPIDocument: Sendable {
    /// A path and the operations that it supports, by method.
    package struct Path: Sendable {
        /// One method of the path.
        package struct Method: Sendable {
            /// In capitals, as in a request.
            package let name: String

            /// The scope that a token needs; nil when none is needed.
            package let scope: Configuration.Scope?
            package let operation: APIOperation

            package init(name: String, scope: Configuration.Scope?, operation: APIOperation) {
                self.name = name
                self.scope = scope
                self.operation = operation
            }
        }

        /// Such as `/v1/callbacks/{id}`.
        package let text: String
        package let methods: [Method]

        package init(text: String, methods: [Method]) {
            self.text = text
            self.methods = methods
        }
    }

    /// In the order in which they are to be shown.
    package let paths: [Path]

    package init(paths: [Path]) {
        self.paths = paths
    }

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
