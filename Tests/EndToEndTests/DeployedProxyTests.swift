import Foundation
import Support
import Testing

/// The shipped configurations of proxies for callbacks, with their programs as Debian has them.
@Suite(
    .blocking,
    .enabled(if: !DeployedProxy.Sample.notify.isEmpty, "neither nginx nor caddy is installed")
)
struct DeployedProxyTests {
    private static let samples = DeployedProxy.Sample.notify

    /// Bodies that a proxy could change: each is the body of a callback with an addition.
    private static let bodies: [(reason: String, change: @Sendable ([UInt8]) -> [UInt8])] = [
        ("plain", { $0 }),
        ("newlines at the end", { $0 + Array("\r\n\n".utf8) }),
        ("escaped slashes", { added("\"url\":\"https:\\/\\/a\\/b%2Fc+d\"", to: $0) }),
        ("no ASCII", { added("\"name\":\"Warung Kopi \u{e9}\u{1f600} \\u00e9\"", to: $0) }),
        ("blanks", { Array("\t\n ".utf8) + added(" \"a\" :\t[ 1 , 2 ] ", to: $0) }),
        ("65536 bytes", { $0 + [UInt8](repeating: 0x20, count: 65_536 - $0.count) }),
    ]

    /// Adds a member at the end of an object.
    private static func added(_ member: String, to body: [UInt8]) -> [UInt8] {
        Array(body.dropLast()) + Array(",\(member)}".utf8)
    }

    @Test(arguments: samples)
    func `the receiver keeps the bytes that were sent`(sample: DeployedProxy.Sample) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let proxy = try DeployedProxy(sample, in: workspace, before: daemon.notifyEndpoints[0])
        for (reason, change) in Self.bodies {
            for chunkBytes in [nil, 7, 4_096] as [Int?] {
                let callback = try Callback().with { $0.literalBody = change($0.body.bytes) }
                let request = try callback.request()
                let bytes = chunkBytes.map { request.chunked(by: $0) } ?? request.bytes
                let response = try proxy.exchange(bytes)
                #expect(response.code == "2005600", "\(reason), \(response.text)")
                #expect(response["X-EXTERNAL-ID"] == callback.externalID)
                let kept = try #require(daemon.callbacks("reference=\(callback.merchant)").first)
                #expect(Array((kept["body"].text ?? "").utf8) == request.body, "\(reason)")
                #expect(kept["match"]["body"].text == "raw", "\(reason)")
                #expect(kept["requestLine"].text == "POST /v1.0/debit/notify HTTP/1.1")
            }
        }
        #expect(try daemon.feed().count == Self.bodies.count * 3)
    }

    @Test(arguments: samples)
    func `only the notify path and the health check reach the receiver`(
        sample: DeployedProxy.Sample
    ) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let proxy = try DeployedProxy(sample, in: workspace, before: daemon.notifyEndpoints[0])
        let rows = [
            ("/", 404), ("/metrics", 404), ("/v1/transactions", 404), ("/v1.0/debit", 404),
            ("/v1.0/debit/notify/", 404), ("/v1.0/debit/notify/x", 404),
            ("/v1.0/debit/%6eotify", 404), ("/v1.0%2Fdebit/notify", 404),
            ("/v1.0/debit/notify%3Fx", 404), ("/v1.0/debit/notify%20", 404),
            ("/x/../v1.0/debit/notify", 404), ("/v1.0/./debit/notify", 404),
            ("//v1.0/debit/notify", 404), ("/v1.0/debit//notify", 404),
            ("/V1.0/Debit/Notify", 404), ("/v1.0/debit/notify;x=1", 404),
            ("/%2e/v1.0/debit/notify", 404), ("/%68ealthz", 404), ("/x/../healthz", 404),
        ]
        for (target, status) in rows {
            let callback = try Callback().with { $0.signedPath = target }
            var request = try callback.request()
            request.target = target
            let response = try proxy.exchange(request.bytes)
            #expect(response.status == status, "\(target)")
            #expect(response.code == "4045600", "\(target)")
        }
        var probe = WireRequest(method: "GET", target: "/healthz")
        probe.add("Connection", "close")
        #expect(try proxy.exchange(probe.bytes).json["status"].text == "ok")
        #expect(try proxy.exchange(Callback().request().bytes).code == "2005600")
        // The receiver logs, or keeps, whatever reaches it.
        #expect(try daemon.callbacks().count == 1)
        #expect(daemon.logs { $0.contains("outcome=applied") })
        #expect(daemon.log.count { $0.contains("message=callback") } == 1)
    }

    @Test(arguments: samples)
    func `the proxy's own refusals have the form of SNAP`(sample: DeployedProxy.Sample) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let proxy = try DeployedProxy(sample, in: workspace, before: daemon.notifyEndpoints[0])
        for byteCount in [65_537, 70_000, 1_000_000] {
            var large = try Callback().request()
            large.body = [UInt8](repeating: 0x20, count: byteCount)
            for bytes in [large.bytes, large.chunked(by: 8_192)] {
                let client = try proxy.connect()
                // The proxy may close the connection before it has read everything.
                try? client.send(bytes)
                let response = try client.response()
                #expect(response.status == 413)
                #expect(response.code == "4135600")
                #expect(response["Content-Type"] == "application/json")
            }
        }
        #expect(try proxy.exchange(Callback().request().bytes).code == "2005600")

        #expect(try daemon.stop() == .exited(0))
        let down = try proxy.exchange(Callback().request().bytes)
        #expect(down.status == 503)
        #expect(down.code == "5035600")
        #expect(down["Retry-After"] == "5")
        #expect(down["Content-Type"] == "application/json")
    }

    @Test(arguments: samples)
    func `a receiver that does not take connections is a timeout`(
        sample: DeployedProxy.Sample
    ) throws {
        let silent = try FullBacklog()
        let proxy = try DeployedProxy(sample, in: Workspace(), before: silent.endpoint)
        let response = try proxy.exchange(Callback().request().bytes)
        #expect(response.status == (sample == .nginx ? 504 : 503))
        #expect(response.code == (sample == .nginx ? "5045600" : "5035600"))
    }

    @Test(arguments: samples)
    func `a restart on a passed socket is not noticed behind the proxy`(
        sample: DeployedProxy.Sample
    ) throws {
        let workspace = try Workspace()
        let socket = try PassedSocket()
        let set = ["notify.listen=systemd:\(PassedSocket.name)"]
        var daemon = try Daemon(in: workspace, set: set, passing: socket)
        let proxy = try DeployedProxy(sample, in: workspace, before: socket.endpoint)
        let load = RestartLoad(clientCount: 4) {
            try RawClient(proxy.endpoint, tlsTo: proxy.sample.serverName)
        }
        for round in 1...3 {
            #expect(load.waitForMore(20), "round \(round)")
            #expect(try daemon.stop() == .exited(0), "round \(round)")
            daemon = try Daemon(in: workspace, set: set, passing: socket)
        }
        #expect(load.waitForMore(20))
        let outcome = try #require(load.end())
        #expect(outcome.refused == [])
        // A connection that the receiver has just accepted ends with it, if it has no request yet.
        // nginx sends the callback again; Caddy cannot, and leaves that to the gateway.
        let isKnown = { (text: String) in sample == .caddy && text.contains("\"5035600\"") }
        #expect(outcome.unexpected.filter { !isKnown($0) } == [])
        #expect(outcome.endedCount == 0)
        let merchants = try daemon.feed().compactMap { $0["partnerReferenceNo"].text }
        #expect(merchants.sorted() == outcome.accepted.map(\.merchant).sorted())
    }

    @Test(arguments: samples)
    func `the client is the one that the proxy has seen`(sample: DeployedProxy.Sample) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let proxy = try DeployedProxy(sample, in: workspace, before: daemon.notifyEndpoints[0])
        // The test's own address is a trusted proxy's, so that nginx's chain is read further left;
        // Caddy drops what a client that it does not trust says.
        let expected = sample == .nginx ? "198.51.100.9" : "127.0.0.1"
        for forwarded in ["198.51.100.9", "6.6.6.6, 198.51.100.9", "6.6.6.6, 198.51.100.9:4711"] {
            let callback = try Callback()
            var request = try callback.request()
            request.add("X-Forwarded-For", forwarded)
            #expect(try proxy.exchange(request.bytes).code == "2005600")
            let kept = try daemon.callbacks("reference=\(callback.merchant)").first
            #expect(kept?["client"].text == expected)
        }
        let plain = try Callback()
        #expect(try proxy.exchange(plain.request().bytes).code == "2005600")
        let kept = try daemon.callbacks("reference=\(plain.merchant)").first
        #expect(kept?["client"].text == "127.0.0.1")
    }

    @Test(.enabled(if: Nginx.program != nil))
    func `what is not signed is limited, and callbacks are not`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let proxy = try DeployedProxy(.nginx, in: workspace, before: daemon.notifyEndpoints[0])
        let client = try proxy.connect()
        var unsigned = try Callback().request()
        unsigned.remove("X-SIGNATURE")
        var codes: Set<String> = []
        for _ in 0..<100 { codes.insert(try client.exchange(unsigned.bytes).code ?? "") }
        #expect(codes == ["4005602", "4295600"])
        for _ in 0..<100 {
            #expect(try client.exchange(Callback().request().bytes).code == "2005600")
        }
    }
}
