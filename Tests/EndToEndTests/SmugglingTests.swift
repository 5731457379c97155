import Foundation
import Support
import Testing

/// What the shipped proxies forward ends for the receiver where it ends for the proxy.
///
/// `SMUGGLING_REQUESTS=N` sends so many (200) of the requests from `SMUGGLING_SEED=N` (1) on.
@Suite(
    .blocking,
    .enabled(if: !DeployedProxy.Sample.notify.isEmpty, "neither nginx nor caddy is installed")
)
struct SmugglingTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["SMUGGLING_REQUESTS"].flatMap { UInt64($0) } ?? 200
    private static let firstSeed = environment["SMUGGLING_SEED"].flatMap { UInt64($0) } ?? 1

    /// Requests for paths that no proxy forwards, as the receiver has counted them.
    private func smuggledCount(_ daemon: Daemon) throws -> Int {
        let name = #"cashin_callbacks_refused_total{authentic="false",reason="path"}"#
        return try daemon.scrape().samples[name].flatMap { Int($0) } ?? 0
    }

    @Test func `without a proxy the request inside is seen`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try RawClient(daemon.notifyEndpoints[0])
        let head = "POST /v1.0/debit/notify HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
        try client.send(head + AmbiguousRequest.inner)
        _ = try (client.response(), client.response())
        #expect(try smuggledCount(daemon) == 1)
    }

    @Test(arguments: DeployedProxy.Sample.notify)
    func `no request is hidden in another`(sample: DeployedProxy.Sample) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let proxy = try DeployedProxy(sample, in: workspace, before: daemon.notifyEndpoints[0])
        let threadsCount: UInt64 = 8
        let answered = Concurrent.map(count: Int(threadsCount)) { thread in
            var answered = 0
            for number in stride(from: UInt64(thread), to: Self.count, by: Int(threadsCount)) {
                let request = AmbiguousRequest(seed: Self.firstSeed + number)
                if Self.send(request, to: proxy) { answered += 1 }
            }
            return answered
        }
        #expect(answered.reduce(0, +) > Int(Self.count) / 2, "most requests are answered")
        if try smuggledCount(daemon) > 0 {
            Issue.record("split in two: \(try firstSmuggled(daemon, proxy))")
        }
        // The connections of the proxy still serve callbacks, each its own response.
        for _ in 0..<10 {
            let callback = try Callback()
            let response = try proxy.exchange(callback.request().bytes)
            #expect(response.code == "2005600")
            #expect(response["X-EXTERNAL-ID"] == callback.externalID)
        }
    }

    /// Whether something was answered; a proxy may wait for more, or close without a word.
    private static func send(_ request: AmbiguousRequest, to proxy: DeployedProxy) -> Bool {
        guard
            let client = try? RawClient(
                proxy.endpoint,
                tlsTo: proxy.sample.serverName,
                timeoutSeconds: 1
            )
        else { return false }
        try? client.send(request.bytes)
        guard (try? client.responseHead()) != nil else { return false }
        // The end of the connection, or a second without more.
        _ = try? client.receiveUntilEnd()
        return true
    }

    /// The first request of the run that the receiver splits in two, sent again one by one.
    private func firstSmuggled(_ daemon: Daemon, _ proxy: DeployedProxy) throws -> String {
        for number in 0..<Self.count {
            let before = try smuggledCount(daemon)
            let request = AmbiguousRequest(seed: Self.firstSeed + number)
            _ = Self.send(request, to: proxy)
            if try smuggledCount(daemon) > before {
                return "seed \(Self.firstSeed + number): \(request)"
            }
        }
        return "none of them alone"
    }
}
