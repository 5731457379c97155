import Foundation
import Glibc
import Support
import Testing

/// Requests of the simulator's control API with `"wait": true`: each ends when the callbacks are
/// confirmed or given up, and when the simulator is stopped.
@Suite(.blocking)
struct SimulatorWaitTests {
    private static let body = #"{"wait":true,"amount":"10000.00"}"#

    /// A simulator whose callbacks go to a port.
    private func gateway(notifyPort: UInt16, retrySeconds: String) throws -> Gateway {
        try Gateway(
            for: Workspace(confirms: "never"),
            notifyPort: notifyPort,
            options: ["--retry-seconds", retrySeconds]
        )
    }

    /// Sends a request that waits, and returns the connection for its response.
    private func startPaying(_ gateway: Gateway) throws -> RawClient {
        let client = try RawClient(gateway.endpoint)
        var request = WireRequest(target: "/simulator/transactions/T-1/pay")
        request.body = Array(Self.body.utf8)
        try client.send(request.bytes)
        return client
    }

    @Test func `a wait ends when the retries of an unreachable merchant are used up`() throws {
        let gateway = try gateway(notifyPort: FreePort.next(), retrySeconds: "0,0")
        let response = try startPaying(gateway).response()
        #expect(response.status == 200)
        let callback = response.json["callbacks"][0]
        #expect(callback["confirmed"].bool == false)
        #expect(callback["attempts"].items.count == 3)
        #expect(callback["attempts"].items.allSatisfy { $0["error"] != .null })
    }

    @Test func `a wait for a dropped callback ends`() throws {
        let gateway = try gateway(notifyPort: FreePort.next(), retrySeconds: "none")
        for faults in [["drop"], ["drop", "cancel-first"], ["drop", "reorder", "cancel-first"]] {
            let response = try gateway.pay("T-1", faults: faults, amount: "10000.00")
            #expect(response.status == 200, "\(faults)")
        }
        // A single callback that is delayed is sent after a later one: it is not waited for.
        #expect(try gateway.pay("T-1", faults: ["drop", "reorder"]).status == 202)
    }

    @Test func `a stop ends a wait for a retry`() throws {
        let gateway = try gateway(notifyPort: FreePort.next(), retrySeconds: "3600")
        let client = try startPaying(gateway)
        let isTried = gateway.process.errors.first { $0.value(of: "message") == "callback" } != nil
        #expect(isTried)
        gateway.process.signal(SIGTERM)
        let response = try client.response()
        #expect(response.status == 200)
        #expect(response.json["callbacks"][0]["attempts"].items.count == 1)
        #expect(try gateway.process.wait() == .exited(0))
    }

    @Test func `a stop ends a wait for a merchant that does not respond`() throws {
        let merchant = try FullBacklog()
        guard case .loopback(let port) = merchant.endpoint else { return }
        let gateway = try gateway(notifyPort: port, retrySeconds: "none")
        let client = try startPaying(gateway)
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while try gateway.payments().first?["callbacks"].items.isEmpty != false,
            Date() < deadline
        {}
        gateway.process.signal(SIGTERM)
        let response = try client.response()
        #expect(response.status == 200)
        #expect(response.json["callbacks"][0]["confirmed"].bool == false)
        #expect(try gateway.process.wait() == .exited(0))
    }
}
