import Foundation
import Glibc
import Support
import Testing

/// A log that nothing reads is never in the way of the work.
@Suite(.blocking)
struct StalledLogTests {
    /// Has the daemon log more than a pipe and the queue of unwritten lines hold.
    private static func flood(_ daemon: Daemon) throws {
        let target = "/" + String(repeating: "x", count: 1_000)
        let request = daemon.internalRequest("GET", target).bytes
        let client = try RawClient(daemon.internalEndpoint)
        for _ in 0..<60 {
            try client.send(Array((0..<50).map { _ in request }.joined()))
            for _ in 0..<50 { #expect(try client.response().status == 404) }
        }
    }

    private static func stalled(environment: [String: String] = [:]) throws -> Daemon {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["log.level=debug"],
            environment: environment
        )
        daemon.process.errors.pause()
        try flood(daemon)
        return daemon
    }

    private static func dropped(_ daemon: Daemon) throws -> Int {
        let lines = try daemon.get("/metrics").text.split(separator: "\n")
        let sample = lines.first { $0.hasPrefix("cashin_log_lines_dropped_total ") }
        return sample?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    @Test func `callbacks and probes are answered, and what was dropped is told`() throws {
        let daemon = try Self.stalled()
        for _ in 0..<20 { #expect(try daemon.post(Callback()).code == "2005600") }
        #expect(try daemon.get("/healthz", as: nil).status == 200)
        #expect(try daemon.get("/readyz", as: nil).status == 200)
        let health = WireRequest(method: "GET", target: "/healthz")
        #expect(try daemon.post(health).status == 200)
        #expect(try Self.dropped(daemon) > 0)

        daemon.process.errors.resume()
        let told = daemon.process.errors.first { $0.contains("message=\"log lines dropped\"") }
        #expect(told?.contains("level=warning") == true)
        #expect(told?.value(of: "lines").flatMap { Int($0) } ?? 0 > 0)
        // Whole lines only, and the log goes on.
        #expect(try daemon.reload() != nil)
        #expect(daemon.log.allSatisfy { $0.hasPrefix("time=") })
        #expect(try daemon.stop() == .exited(0))
    }

    @Test func `it stops in order`() throws {
        let daemon = try Self.stalled()
        daemon.process.signal(SIGTERM)
        #expect(try daemon.process.waitUnread() == .exited(0))
    }

    @Test func `a second signal ends it at once`() throws {
        let daemon = try Self.stalled()
        // A request that is under way holds up the stop.
        let busy = try daemon.connect()
        var request = try Callback().request()
        request.add("Expect", "100-continue")
        #expect(try busy.exchange(request.head).status == 100)
        daemon.process.signal(SIGTERM)
        // Once it does not listen any more, the first signal has been acted on.
        while (try? daemon.connect()) != nil {}
        daemon.process.signal(SIGTERM)
        #expect(try daemon.process.waitUnread(withinSeconds: 8) == .exited(69))
    }

    @Test func `it is no reason to miss the watchdog`() throws {
        let manager = try ServiceManager()
        let daemon = try Self.stalled(environment: manager.environment(watchdogSeconds: 0.2))
        manager.forget()
        for _ in 0..<3 { #expect(manager.next { $0 == "WATCHDOG=1" } != nil) }
        daemon.process.signal(SIGTERM)
        #expect(try daemon.process.waitUnread() == .exited(0))
    }
}
