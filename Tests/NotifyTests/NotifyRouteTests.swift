import HTTPCore
import HTTPServer
import Snap
import Support
import System
import Testing

@testable import Notify

/// Rows 1 and 2 of the checks table: what a head alone decides.
@Suite struct NotifyRouteTests {
    private func route(
        _ requestLine: String,
        _ lines: [String] = [],
        settings: [String] = []
    ) throws -> NotifyRoute {
        let configuration = ["notify.publicURL=https://pay.example.id/hooks/qris"]
        let loaded = try ConfigurationFixture().load(configuration + settings)
        let context = try NotifyContext(loaded, loopCount: 1)
        let peer = Peer(address: .ip(try #require(IPAddress("127.0.0.1")), port: 9))
        return NotifyRoute(try requestHead(requestLine, lines), peer, context)
    }

    @Test(arguments: [
        ("POST /v1.0/debit/notify HTTP/1.1", nil, "the page's path"),
        ("POST /hooks/qris HTTP/1.1", nil, "the registered path"),
        ("POST /hooks/qris?x=1 HTTP/1.0", nil, "a query is ignored"),
        ("POST http://other/hooks/qris HTTP/1.1", nil, "an absolute target"),
        ("POST /hooks/qris/ HTTP/1.1", "4045600", "another path"),
        ("POST /hooks/%71ris HTTP/1.1", "4045600", "escapes are not resolved"),
        ("POST /Hooks/qris HTTP/1.1", "4045600", "another case"),
        ("POST /healthz HTTP/1.1", "4045600", "the health page takes no POST"),
        ("GET /hooks/qris HTTP/1.1", "4055600", "another method"),
        ("HEAD /hooks/qris HTTP/1.1", "4055600", "HEAD too"),
        ("post /hooks/qris HTTP/1.1", "4055600", "methods are case-sensitive"),
        ("GET /nothing HTTP/1.1", "4045600", "the path comes first"),
        ("PUT /healthz HTTP/1.1", "4045600", "the health page takes no PUT"),
        ("OPTIONS * HTTP/1.1", "4045600", "no path at all"),
    ])
    func `path and method decide in this order`(
        requestLine: String,
        code: String?,
        reason: String
    ) throws {
        let route = try route(requestLine)
        #expect(route.refusal?.code.description == code, "\(reason)")
        #expect(!route.isHealth)
    }

    @Test(arguments: ["GET", "HEAD"])
    func `the health page needs nothing else`(method: String) throws {
        let route = try route(
            "\(method) /healthz HTTP/1.1",
            ["Content-Encoding: gzip"],
            settings: ["notify.allowedAddresses=[\"203.0.113.0/24\"]"]
        )
        #expect(route.isHealth)
        #expect(route.refusal == nil)
    }

    @Test(arguments: ["Content-Encoding: gzip", "Content-Encoding: UTF-8", "Content-Type: text/x"])
    func `what a head says of its body decides nothing`(line: String) throws {
        #expect(try route("POST /hooks/qris HTTP/1.1", [line]).refusal == nil)
    }

    @Test(arguments: [
        ("203.0.113.7", nil), ("203.0.114.7", "4035601"), ("rubbish", "4035601"),
    ])
    func `the client has to be allowed where that is asked for`(
        client: String,
        code: String?
    ) throws {
        let route = try route(
            "POST /hooks/qris HTTP/1.1",
            ["X-Forwarded-For: \(client)"],
            settings: ["notify.allowedAddresses=[\"203.0.113.0/24\"]"]
        )
        #expect(route.refusal?.code.description == code)
    }
}
