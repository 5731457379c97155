import Support
import Testing

/// The shipped configuration of nginx for the internal API across machines.
@Suite(
    .blocking,
    .enabled(if: Nginx.program != nil, "nginx is not installed (apt-get install nginx)")
)
struct InternalProxyTests {
    private let daemon: Daemon
    private let proxy: DeployedProxy

    init() throws {
        let workspace = try Workspace()
        daemon = try Daemon(in: workspace)
        proxy = try DeployedProxy(.nginxInternal, in: workspace, before: daemon.internalEndpoint)
    }

    private func get(_ target: String, as token: String? = "orders") throws -> RawResponse {
        try proxy.exchange(daemon.internalRequest("GET", target, as: token).bytes)
    }

    @Test func `requests, waits and events pass, with the receiver's own errors`() throws {
        let waiting = try proxy.connect()
        try waiting.send(
            daemon.internalRequest("GET", "/v1/transitions?after=0&wait=55", as: "orders").bytes
        )
        let stream = try proxy.connect()
        try stream.send(
            daemon.internalRequest("GET", "/v1/transitions/stream?after=0", as: "orders").bytes
        )
        #expect(try stream.responseHead().status == 200)
        let feed = try stream.chunk().map { String(decoding: $0, as: UTF8.self) }
        #expect(feed?.contains("event: feed") == true)

        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try waiting.response().json["transitions"].items.count == 1)
        let event = try stream.chunk().map { String(decoding: $0, as: UTF8.self) }
        #expect(event?.contains("event: transition") == true)

        // An escaped slash stays part of its segment.
        let unknown = try get("/v1/transactions/TRX%2F1")
        #expect(unknown.status == 404)
        #expect(unknown.json["type"].text?.hasSuffix("transaction-not-found") == true)
        #expect(unknown.json["detail"].text?.contains("TRX/1") == true)
        #expect(try get("/v1/transitions", as: nil).status == 401)
        #expect(try get("/v1/callbacks").status == 403)
    }

    @Test func `the proxy's own errors are problems of known types`() throws {
        var large = daemon.internalRequest("POST", "/admin/qr/generate")
        large.body = [UInt8](repeating: 0x20, count: 70_000)
        let client = try proxy.connect()
        try? client.send(large.bytes)
        check(try client.response(), 413, "too-large")
        #expect(try daemon.stop() == .exited(0))
        let down = try get("/v1/transitions")
        check(down, 503, "overloaded")
        #expect(down["Retry-After"] == "5")
        #expect(down.json["retryable"].bool == true)
    }

    @Test func `an address that is not listed is refused whatever its token`() throws {
        let other = try DeployedProxy(
            .nginxInternal,
            in: daemon.workspace,
            before: daemon.internalEndpoint,
            allowed: "192.0.2.0/24"
        )
        let request = daemon.internalRequest("GET", "/v1/transitions", as: "ops")
        check(try other.exchange(request.bytes), 403, "forbidden")
        #expect(try get("/v1/transitions", as: "ops").status == 200)
    }
}
