import APIModel
import Configuration
import OpenAPI
import Testing

@testable import InternalAPI

/// Paths of the internal API's routes.
@Suite struct APIRouteTests {
    @Test func `what clients and pages ask all the time is of level debug in the log`() {
        let routine = Set(APIRoute.all.filter(\.isRoutine).map { "\($0.method) \($0.path)" })
        #expect(routine.contains("GET /v1/overview"))
        #expect(routine.contains("PUT /v1/consumers/{name}"))
        #expect(!routine.contains("GET /v1/find"))
        #expect(!routine.contains("GET /v1/consumers/{name}"))
    }

    private func path(_ path: String) -> APIPath {
        let route = APIRoute("GET", path, .feed, .health) { (_, _) throws(Problem) in
            throw Problem(.notFound, "")
        }
        return APIPath(route)
    }

    @Test(
        arguments: [
            (["v1", "things"], nil), (["v1", "things", "a"], ["a"]),
            (["v1", "things", "a", "b"], nil),
            (["v1", "other", "a"], nil), (["V1", "things", "a"], nil), ([], nil),
        ] as [([String], [String]?)]
    )
    func `a path is matched segment by segment`(segments: [String], variables: [String]?) {
        #expect(path("/v1/things/{id}").match(segments) == variables)
    }

    @Test func `a route without variables has none`() {
        #expect(path("/v1/things").match(["v1", "things"]) == [])
    }

    @Test func `several variables come in order`() {
        #expect(path("/{a}/x/{b}").match(["1", "x", "2"]) == ["1", "2"])
    }

    @Test(arguments: APIRoute.all) func `a request has one path`(route: APIRoute) {
        let segments = segments(of: route, variable: "x")
        let paths = APIPath.all(of: APIRoute.all).filter { $0.match(segments) != nil }
        #expect(paths.map(\.text) == [route.path])
        #expect(APIPath.find(segments)?.path.text == route.path)
    }

    private func segments(of route: APIRoute, variable: String) -> [String] {
        route.path.split(separator: "/").map { $0.hasPrefix("{") ? variable : String($0) }
    }

    @Test func `no two routes serve the same requests`() {
        let names = APIRoute.all.map { route in
            route.method + segments(of: route, variable: "{}").map { "/" + $0 }.joined()
        }
        #expect(Set(names).count == names.count)
    }
}
