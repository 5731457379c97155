import APIModel
import Configuration
import OpenAPI
import Snap
import Support
import Testing

@testable import InternalAPI
import Text

/// The document of the API against the routes that it is made from.
@Suite struct OpenAPIDocumentTests {
    private let root: JSONValue

    init() throws {
        root = try JSONDocument(OpenAPIEndpoint.document.tree.bytes).root
    }

    private func operation(_ route: APIRoute) throws -> JSONValue {
        try #require(root["paths"]?[route.path]?[route.method.lowercased()])
    }

    @Test(arguments: APIRoute.all)
    func `every route is documented`(route: APIRoute) throws {
        let operation = try operation(route)
        let answers = try #require(operation["responses"])
        #expect(answers.members.contains { $0.name.hasPrefix("2") })
        for answer in answers.members.map(\.value) where answer["$ref"] == nil {
            #expect(answer["description"]?.string?.isEmpty == false)
        }
        #expect(operation["summary"]?.string?.hasSuffix(".") == false)
        #expect(operation["description"]?.string?.hasSuffix(".") == true)
        let scopes = operation["security"]?.elements.first?["bearer"]?.elements.map(\.string)
        #expect(scopes == route.scope.map { [$0.rawValue] })
    }

    @Test func `nothing else is documented`() {
        let operations = root["paths"]?.members.flatMap { $0.value.members.map(\.name) } ?? []
        #expect(operations.count == APIRoute.all.count)
    }

    @Test(arguments: APIRoute.all)
    func `every variable of a path is described, in the path's order`(route: APIRoute) {
        let variables = route.path.split(separator: "/").filter { $0.hasPrefix("{") }
        let described = route.operation.parameters.filter { $0.place == .path }.map(\.name)
        #expect(variables.map { String($0.dropFirst().dropLast()) } == described)
    }

    @Test func `no two operations have the same name, and no parameter is described twice`() {
        let ids = APIRoute.all.map(\.operation.id)
        #expect(Set(ids).count == ids.count)
        for operation in APIRoute.all.map(\.operation) {
            let names = operation.parameters.map { $0.place.rawValue + $0.name }
            #expect(Set(names).count == names.count, "\(operation.id)")
        }
    }

    @Test func `every kind of problem can come from somewhere`() {
        let kinds = APIRoute.all.flatMap { $0.operation.allProblems(needsToken: $0.scope != nil) }
        #expect(Set(kinds) == Set(Problem.Kind.allCases))
    }

    @Test(arguments: APIRoute.all)
    func `no route names a problem twice`(route: APIRoute) {
        let kinds = route.operation.allProblems(needsToken: route.scope != nil)
        #expect(Set(kinds).count == kinds.count)
    }

    @Test func `what is referred to is there, and what is there is referred to`() throws {
        let references = Set(references(in: root))
        let components = try #require(root["components"])
        var names: Set<String> = []
        for part in ["schemas", "responses"] {
            let members = try #require(components[part]).members
            names.formUnion(members.map { "#/components/\(part)/\($0.name)" })
        }
        #expect(references == names)
    }

    /// Generators of clients give a class that they find inside another schema a number for a name.
    @Test func `every object and every closed list of words has a name`() throws {
        for (name, schema) in try #require(root["components"]?["schemas"]).members {
            #expect(nameless(in: schema, isNamed: true) == [], "\(name)")
        }
        for path in try #require(root["paths"]).members {
            for (method, operation) in path.value.members {
                for parameter in operation["parameters"]?.elements ?? [] {
                    #expect(nameless(in: parameter) == [], "\(method) \(path.name)")
                }
                let contents = (operation["responses"]?.members ?? []).flatMap { response in
                    response.value["content"]?.members.map(\.value) ?? []
                }
                for schema in contents.compactMap({ $0["schema"] }) {
                    let isNamed = schema["$ref"] != nil || schema["type"]?.string == "string"
                    #expect(isNamed, "\(method) \(path.name)")
                }
            }
        }
    }

    /// The schemas in `value` of which a generator would make a class without a name.
    ///
    /// - Parameter isNamed: whether `value` has a name; the parts of its `allOf` have the same.
    private func nameless(in value: JSONValue, isNamed: Bool = false) -> [String] {
        let isClass = value["properties"] != nil || value["enum"] != nil
        let parts = value.members.filter { $0.name != "allOf" }.map(\.value) + value.elements
        return (isClass && !isNamed ? ["\(value)"] : [])
            + parts.flatMap { nameless(in: $0) }
            + (value["allOf"]?.elements ?? []).flatMap { nameless(in: $0, isNamed: isNamed) }
    }

    private func references(in value: JSONValue) -> [String] {
        let own = value["$ref"]?.string.map { [$0] } ?? []
        let below = value.members.map(\.value) + value.elements
        return own + below.flatMap { references(in: $0) }
    }

    @Test func `a request is closed, an answer open`() throws {
        let schemas = try #require(root["components"]?["schemas"])
        #expect(schemas["Generation"]?["additionalProperties"]?.bool == false)
        #expect(schemas["Transaction"]?["additionalProperties"] == nil)
    }
}

extension APIRoute: CustomTestStringConvertible {
    public var testDescription: String { "\(method) \(path)" }
}
