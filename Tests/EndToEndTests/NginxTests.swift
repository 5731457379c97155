import Support
import Testing

/// Behind nginx as Debian has it, spoken to as it speaks by default and as it is often told to.
@Suite(
    .blocking,
    .enabled(if: Nginx.program != nil, "nginx is not installed (apt-get install nginx)")
)
struct NginxTests {
    /// A daemon behind nginx, over TCP or a Unix socket.
    private struct Setup {
        let daemon: Daemon
        let nginx: Nginx

        init(_ upstream: Nginx.Upstream, isUnix: Bool, set: [String] = []) throws {
            let workspace = try Workspace()
            let address = isUnix ? "unix:\(workspace.directory)n.sock" : "127.0.0.1:0"
            daemon = try Daemon(in: workspace, set: ["notify.listen=\(address)"] + set)
            nginx = try Nginx(in: workspace, before: daemon.notifyEndpoints[0], upstream)
        }

        func connect() throws -> RawClient { try RawClient(nginx.endpoint) }
    }

    @Test(arguments: Nginx.Upstream.allCases, [false, true])
    func `callbacks reach the daemon through nginx with their bytes unchanged`(
        upstream: Nginx.Upstream,
        isUnix: Bool
    ) throws {
        let setup = try Setup(upstream, isUnix: isUnix)
        let client = try setup.connect()
        for _ in 0..<5 {
            let callback = try Callback()
            let response = try client.exchange(callback.request().bytes)
            #expect(response.status == 200)
            #expect(response.code == "2005600")
            #expect(response["X-EXTERNAL-ID"] == callback.externalID)
        }
        let chunked = try Callback()
        #expect(try client.exchange(chunked.request().chunked(by: 50)).code == "2005600")
        var large = try Callback().request()
        large.add("X-Large", String(repeating: "a", count: 12_000))
        #expect(try client.exchange(large.bytes).code == "2005600")
        var waiting = try Callback().request()
        waiting.add("Expect", "100-continue")
        #expect(try client.exchange(waiting.head).status == 100)
        try client.send(waiting.body)
        #expect(try client.response().code == "2005600")

        #expect(try setup.daemon.feed().count == 8)
        let kept = try setup.daemon.callbacks("reference=\(chunked.merchant)")
        #expect(try Array((kept.first?["body"].text ?? "").utf8) == chunked.request().body)
        let version = upstream == .http10 ? "1.0" : "1.1"
        #expect(kept.first?["requestLine"].text == "POST /v1.0/debit/notify HTTP/\(version)")
        #expect(kept.first?["client"].text == "127.0.0.1")
        #expect(try setup.daemon.stop() == .exited(0))
    }

    @Test(arguments: Nginx.Upstream.allCases)
    func `refusals come through nginx as they are`(upstream: Nginx.Upstream) throws {
        let setup = try Setup(upstream, isUnix: false)
        let rows: [(String, @Sendable (inout WireRequest) -> Void, String)] = [
            ("method", { $0.method = "PUT" }, "4055600"), ("path", { $0.target = "/x" }, "4045600"),
            ("header", { $0.remove("X-TIMESTAMP") }, "4005602"),
            ("doubled", { $0.add("X-EXTERNAL-ID", "2") }, "4005602"),
            ("signature", { $0.set("X-SIGNATURE", "AAAA") }, "4015600"),
            ("long", { $0.body = Array(repeating: 0x20, count: 200_000) }, "4135600"),
        ]
        for (reason, change, code) in rows {
            var request = try Callback().request()
            change(&request)
            let response = try setup.connect().exchange(request.bytes)
            #expect(response.code == code, "\(reason)")
            #expect(response["Allow"] == (code == "4055600" ? "POST" : nil))
        }
        #expect(try setup.connect().exchange(Callback().request().bytes).code == "2005600")
    }

    @Test(arguments: [false, true])
    func `the client behind nginx is the one that is allowed or not`(isUnix: Bool) throws {
        // nginx appends whom it sees, 127.0.0.1; only what a trusted proxy says goes further left.
        let allowed = "notify.allowedAddresses=[\"203.0.113.0/24\"]"
        let trusting = try Setup(.http10, isUnix: isUnix, set: [allowed])
        let distrusting = try Setup(
            .http10,
            isUnix: isUnix,
            set: [allowed, "notify.trustedProxies=[\"192.0.2.1/32\"]"]
        )
        let rows: [(String?, String)] = [
            (nil, "4035601"), ("203.0.113.5", "2005600"), ("198.51.100.5", "4035601"),
            ("198.51.100.5, 203.0.113.5", "2005600"), ("203.0.113.5, 198.51.100.5", "4035601"),
            ("203.0.113.5, unknown", "4035601"),
        ]
        for (value, code) in rows {
            var request = try Callback().request()
            if let value { request.add("X-Forwarded-For", value) }
            #expect(try trusting.connect().exchange(request.bytes).code == code, "\(value ?? "")")
            #expect(try distrusting.connect().exchange(request.bytes).code == "4035601")
        }
        #expect(
            try trusting.daemon.callbacks("outcome=applied").first?["client"].text == "203.0.113.5"
        )
    }

    @Test func `a restart of the daemon behind kept connections loses no callback`() throws {
        let workspace = try Workspace()
        let socket = "notify.listen=unix:\(workspace.directory)n.sock"
        let first = try Daemon(in: workspace, set: [socket])
        let nginx = try Nginx(in: workspace, before: first.notifyEndpoints[0], .keepAlive)
        let client = try RawClient(nginx.endpoint)
        #expect(try client.exchange(Callback().request().bytes).code == "2005600")
        #expect(try first.stop() == .exited(0))
        #expect(try client.exchange(Callback().request().bytes).status == 502)
        let second = try Daemon(in: workspace, set: [socket])
        // nginx takes a server that failed for lost for up to ten seconds, unless it has no other.
        #expect(try client.exchange(Callback().request().bytes).code == "2005600")
        #expect(try second.feed().count == 2)
    }
}
