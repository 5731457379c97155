import Testing

@testable import Receiver

/// Paths of the internal API's routes.
@Suite struct APIRouteTests {
    private func route(_ path: String) -> APIRoute {
        APIRoute("GET", path, .feed, .health) { (_, _) throws(Problem) in
            throw Problem(.notFound, "")
        }
    }

    @Test(
        arguments: [
            (["v1", "things"], nil), (["v1", "things", "a"], ["a"]),
            (["v1", "things", "a", "b"], nil),
            (["v1", "other", "a"], nil), (["V1", "things", "a"], nil), ([], nil),
        ] as [([String], [String]?)]
    )
    func `a path is matched segment by segment`(segments: [String], variables: [String]?) {
        #expect(route("/v1/things/{id}").match(segments) == variables)
    }

    @Test func `a route without variables has none`() {
        #expect(route("/v1/things").match(["v1", "things"]) == [])
    }

    @Test func `several variables come in order`() {
        #expect(route("/{a}/x/{b}").match(["1", "x", "2"]) == ["1", "2"])
    }

    @Test func `no two routes serve the same requests`() {
        let names = APIRoute.all.map { route in
            route.method + route.pattern.map { "/" + ($0 ?? "{}") }.joined()
        }
        #expect(Set(names).count == names.count)
    }
}
