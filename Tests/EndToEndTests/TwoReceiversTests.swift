import Foundation
import Glibc
import Support
import Testing

/// Two receivers that call the gateway, on one database in PostgreSQL.
@Suite(
    .blocking,
    .timeLimit(.minutes(10)),
    .enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed")
)
struct TwoReceiversTests {
    private let gateway: Gateway
    private let daemons: [Daemon]
    private let messages: MessageReceiver

    init() throws {
        let cluster = try PostgreSQLCluster()
        let workspaces = try (0..<2).map { _ in try Workspace(confirms: "unproven", on: cluster) }
        let port = try FreePort.next()
        // Callbacks go to the first one.
        let gateway = try Gateway(
            for: workspaces[0],
            notifyPort: port,
            options: ["--retry-seconds", "none"]
        )
        let messages = try MessageReceiver()
        (self.gateway, self.messages) = (gateway, messages)
        let settings =
            gateway.settings + [
                "notify.confirmWithQuery=never", "reconcile.whileOpenSeconds=[1, 8]",
                "cashIn.requestTimeoutSeconds=5",
                "alerts=[{ name: 'ops', url: '\(messages.url)', afterSeconds: 0 }]",
            ]
        daemons = try workspaces.enumerated().map { index, workspace in
            let own = index == 0 ? ["notify.listen=127.0.0.1:\(port)"] : []
            return try Daemon(in: workspace, set: settings + own)
        }
    }

    @Test func `a code is generated once, whichever are asked at the same time`() throws {
        let daemons = daemons
        let answers = Concurrent.map(count: 24) { number in
            Result { try daemons[number % 2].generate("TRX-\(number / 4)") }
        }
        let codes = try answers.map { try $0.get().json["qrContent"].text }
        for number in 0..<6 {
            let same = codes[(number * 4)..<(number * 4 + 4)]
            #expect(same.allSatisfy { $0 != nil } && Set(same).count == 1, "\(same)")
        }
        #expect(try answers.count { try $0.get().status == 201 } == 6)
        #expect(gateway.requestCount("generate") == 6)
    }

    @Test func `each query is sent by one`() throws {
        for number in 0..<20 {
            #expect(try daemons[number % 2].generate("TRX-\(number)").status == 201)
        }
        // The first answer changes the payment, which may plan another query at once; after the
        // second one, nothing is due before the code is no longer valid.
        var second: [String: Int] = [:]
        while second.count < 20 {
            second = [:]
            for (reference, times) in queryTimes {
                let first = times.min() ?? .now
                let late = times.count { $0.timeIntervalSince(first) > 4 }
                if late > 0 { second[reference] = late }
            }
        }
        for number in 0..<20 {
            let payment = try daemons[1].get("/v1/transactions/TRX-\(number)").json
            #expect(payment["status"].text == "pending", "\(payment)")
        }
        #expect(second.values.allSatisfy { $0 == 1 }, "\(second)")
    }

    /// When each payment was queried, by either receiver.
    private var queryTimes: [String: [Date]] {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var times: [String: [Date]] = [:]
        for line in daemons.flatMap(\.log) where line.value(of: "message") == "query" {
            guard let reference = line.value(of: "partnerReferenceNo"),
                let time = line.value(of: "time").flatMap({ try? format.parse($0) })
            else { continue }
            times[reference, default: []].append(time)
        }
        return times
    }

    @Test func `a generate call that was under way in a crash is not repeated`() throws {
        gateway.process.signal(SIGSTOP)
        let daemons = daemons
        let asked = Thread { _ = try? daemons[0].generate("TRX-1") }
        asked.start()
        // Its intent is on disk before the call.
        while try daemons[1].get("/v1/transactions/TRX-1").status != 200 {}
        try daemons[0].kill()
        gateway.process.signal(SIGCONT)
        let answer = try daemons[1].generate("TRX-1")
        #expect(answer.status == 201 || answer.status == 409, "\(answer.text)")
        #expect(gateway.requestCount("generate") == 1)
        #expect(try gateway.payments().count == 1)
    }

    @Test func `an alert is sent by one, and by the other when that one stops`() async throws {
        let raise = { (daemon: Daemon, number: Int) in
            for amount in ["10000.00", "20000.00"] {
                let callback = try Callback("TRX-\(number)", "PAY-\(number)", amount: amount)
                #expect(try daemon.post(callback).code == "2005600")
            }
        }
        try raise(daemons[1], 1)
        #expect(messages.messages(1).count == 1)
        let hasSent = { (daemon: Daemon) in
            daemon.log.contains { $0.contains("\"sent an alert\"") }
        }
        // Its log lags behind the message.
        #expect(await Patience.reaches { daemons.contains(where: hasSent) })
        let sender = try #require(daemons.first(where: hasSent))
        let other = try #require(daemons.first { $0.process.id != sender.process.id })
        #expect(try sender.stop() == .exited(0))
        // Another kind, for which no minute has to pass.
        var forged = try Callback()
        forged.key = other.workspace.keys.other
        for _ in 0..<20 { #expect(try other.post(forged).code == "4015600") }
        #expect(other.logs { $0.contains("\"sent an alert\"") })
        #expect(messages.messages(2).count == 2)
        #expect(!sender.log.contains { $0.contains("cannot commit") })
    }
}
