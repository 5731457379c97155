import System
import Synchronization
import Support
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(10)))
struct ResolverTests {
    private func client(
        connectSeconds: Int = 5,
        lookups: Int = 4,
        resolve:
            @escaping @Sendable (String, UInt16) throws(ResolutionError)
            -> [SocketAddress]
    ) throws -> HTTPClient {
        var settings = ClientSettings()
        settings.connectTimeoutSeconds = connectSeconds
        settings.caFile = try Certificates.shared().caFile
        return try HTTPClient(settings, resolver: Resolver(runningMax: lookups, resolve: resolve))
    }

    @Test func `a resolver that hangs does not outlast the deadline, nor run without bound`()
        async throws
    {
        let gate = Gate()
        defer { gate.open() }
        let client = try client(connectSeconds: 1, lookups: 1) { (_, _) throws(ResolutionError) in
            gate.wait()
            return []
        }
        let origin = Origin(isSecure: true, host: "hangs.test", port: 443)
        let late = try await failure(to: origin, with: client)
        #expect(late.phase == .resolve)
        #expect(late.isTimeout)
        let refused = try await failure(to: origin, with: client)
        #expect(refused.detail == "hangs.test: 1 earlier lookups have not returned")
        #expect(refused.phase == .resolve)
    }

    @Test func `addresses are tried in turn`() async throws {
        let server = try TestServer.answering(ok("a"))
        let closed = UInt16(try ClosedPort.make())
        let open = UInt16(server.port)
        let loopback = IPAddress(v4: 0x7F00_0001)
        let client = try client { (_, _) throws(ResolutionError) in
            [.ip(loopback, port: closed), .ip(loopback, port: open)]
        }
        let response = try await client.send(get(), to: server.origin("localhost"))
        #expect(response.text == "a")
    }

    @Test func `an error names every address that was tried`() async throws {
        let closed = [try ClosedPort.make(), try ClosedPort.make()]
        let loopback = IPAddress(v4: 0x7F00_0001)
        let client = try client { (_, _) throws(ResolutionError) in
            closed.map { .ip(loopback, port: UInt16($0)) }
        }
        let origin = Origin(isSecure: false, host: "localhost", port: 80)
        let error = try await failure(to: origin, with: client)
        #expect(error.phase == .connect)
        for port in closed { #expect(error.detail.contains("127.0.0.1:\(port): connect: ")) }
    }

    @Test func `localhost that is elsewhere is not spoken to in the clear`() async throws {
        let client = try client { (_, port) throws(ResolutionError) in
            [.ip(IPAddress(v4: 0x7F00_0001), port: port), .ip(IPAddress(v4: 1), port: port)]
        }
        let origin = Origin(isSecure: false, host: "localhost", port: 80)
        let error = try await failure(to: origin, with: client)
        #expect(error.phase == .prepare)
        #expect(error.detail == "http is for loopback hosts only, localhost has other addresses")
    }

    @Test func `what may not be called is not looked up, and addresses are not either`()
        async throws
    {
        let lookups = Atomic(0)
        let client = try client { (_, _) throws(ResolutionError) in
            lookups.add(1, ordering: .relaxed)
            return []
        }
        let closed = try ClosedPort.make()
        for origin in [
            Origin(isSecure: false, host: "example.com", port: 80),
            Origin(isSecure: false, host: "127.0.0.1", port: closed),
        ] {
            _ = try await failure(to: origin, with: client)
        }
        #expect(lookups.load(ordering: .relaxed) == 0)
        let none = Origin(isSecure: true, host: "a.test", port: 1)
        #expect(try await failure(to: none, with: client).detail == "a.test: no address")
    }
}
