import Support
import Testing

/// The operator page, as the built program serves it. `scripts/test-page` uses it in a browser.
@Suite(.blocking)
struct PageTests {
    private let daemon: Daemon

    init() throws { daemon = try Daemon(in: try Workspace()) }

    @Test func `the page needs no token, and all that it loads is its own`() throws {
        let page = try daemon.get("/", as: nil)
        #expect(page.status == 200)
        #expect(page["Content-Type"] == "text/html; charset=utf-8")
        #expect(page["Content-Security-Policy"]?.contains("frame-ancestors 'none'") == true)
        let links = page.text.matches(of: /(?:src|href)="([^"#][^"]*)"/).map { String($0.1) }
        #expect(links.count == 3)
        var rest = links.map { "/\($0)" }
        var loaded: Set<String> = []
        while let path = rest.popLast() {
            guard loaded.insert(path).inserted else { continue }
            let file = try daemon.get(path, as: nil)
            #expect(file.status == 200, "\(path)")
            #expect(file["Content-Security-Policy"] != nil)
            rest += file.text.matches(of: /from "\.(\/[^"]+)"/).map { "/page\($0.1)" }
        }
        #expect(loaded.count > 15, "\(loaded)")
    }

    @Test func `the data behind the page needs a token, which the overview names`() throws {
        #expect(try daemon.get("/v1/overview", as: nil).status == 401)
        let token = try daemon.get("/v1/overview", as: "orders").json["token"]
        #expect(token["name"].text == "orders")
        #expect(token["scopes"].items.compactMap(\.text).contains("feed"))
    }

    @Test func `a browser that has the page asks whether it is still right`() throws {
        let tag = try #require(try daemon.get("/page/page.js", as: nil)["ETag"])
        var request = daemon.internalRequest("GET", "/page/page.js", as: nil)
        request.add("If-None-Match", tag)
        let client = try RawClient(daemon.internalEndpoint)
        try client.send(request.bytes)
        let same = try client.responseHead()
        #expect(same.status == 304)
        #expect(same["ETag"] == tag)
    }
}
