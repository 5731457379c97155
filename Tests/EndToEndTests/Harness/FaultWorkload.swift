import Foundation
import Support

/// What a receiver is given to do while its calls fail: lists of steps, each list about one
/// payment. A step that is refused is tried again before the next one of its list.
struct FaultWorkload {
    /// Something to do, with what is expected of it.
    enum Step {
        /// A callback with its reply code, and whether it is kept in the journal.
        case callback(Callback, code: String, isKept: Bool = true)
        case generate(String)
        case pay(String)
        case accept(String)
        case prune
    }

    /// How a step ended.
    enum Outcome: Equatable {
        case done

        /// Refused with a response that says to try again; nothing may be half done.
        case refused

        /// What no fault of a call allows.
        case violation(String)
    }

    /// The steps that are left, in the order in which the lists were made.
    private(set) var lists: [[Step]]

    /// The callbacks that the receiver has acknowledged or kept, oldest first.
    private(set) var kept: [Callback] = []

    /// Responses that said to try again.
    private(set) var refusedCount = 0

    /// Callbacks that were answered 2005600.
    private(set) var acknowledgedCount = 0

    /// The status words of each payment in the feed at the end, in order.
    let transitions: [String: [String]]

    /// The kinds of the entries that are open at the end.
    let attention: [String]

    var isDone: Bool { lists.allSatisfy(\.isEmpty) }

    /// Callbacks of a size that fills the WAL, so that it is checkpointed.
    private static let largeCount = 20

    init() throws {
        let refunded = try Callback("TRX-A")
        let second = refunded.renamed().with {
            $0.body.amount = "{\"value\":\"20000.00\",\"currency\":\"IDR\"}"
        }
        let invalid = try Callback("TRX-C").with { $0.body.amount = nil }
        let forged = try Callback("TRX-D", key: TestKeys.shared().other)
        let large = try (1...Self.largeCount).map { number in
            try Callback("TRX-L\(number)").with {
                $0.body.others = ["\"note\":\"\(String(repeating: "x", count: 50_000))\""]
            }
        }
        lists = [
            [
                .callback(refunded, code: "2005600"), .callback(refunded, code: "2005600"),
                .callback(second, code: "2005600"), .accept("TRX-A"),
            ],
            [
                .callback(try Callback("TRX-B", "PAY-B", status: "02"), code: "2005600"),
                .callback(try Callback("TRX-B", "PAY-B"), code: "2005600"),
            ],
            [.callback(invalid, code: "4005602")],
            [.callback(forged, code: "4015600", isKept: false)],
            [.generate("TRX-G"), .pay("TRX-G")],
        ]
        lists += large.map { [.callback($0, code: "2005600")] }
        lists += [[.prune], [.callback(try Callback("TRX-Z"), code: "2005600")]]
        var transitions = Dictionary(
            uniqueKeysWithValues: large.map { ($0.merchant, ["success"]) }
        )
        transitions["TRX-A"] = ["success", "refunded"]
        transitions["TRX-B"] = ["pending", "success"]
        transitions["TRX-G"] = ["pending", "success"]
        transitions["TRX-Z"] = ["success"]
        self.transitions = transitions
        attention = ["invalid-callback", "possible-second-payment"]
    }

    /// Tries the next steps of every list until one of it is refused, and calls `afterEach` after
    /// each step.
    ///
    /// - Parameter endsWhenRefused: whether the first refusal ends it.
    /// - Returns: what no fault of a call allows.
    mutating func run(
        on daemon: Daemon,
        _ gateway: Gateway,
        endsWhenRefused: Bool,
        afterEach: (FaultWorkload) -> Void
    ) -> [String] {
        var violations: [String] = []
        for index in lists.indices {
            while let step = lists[index].first {
                let outcome = outcome(of: step, on: daemon, gateway)
                if outcome == .refused {
                    refusedCount += 1
                    if endsWhenRefused { return violations }
                    break
                }
                if case .violation(let text) = outcome { violations.append(text) }
                lists[index].removeFirst()
                if case .callback(let callback, let code, true) = step { note(callback, code) }
                afterEach(self)
            }
        }
        return violations
    }

    private mutating func note(_ callback: Callback, _ code: String) {
        if code == "2005600" { acknowledgedCount += 1 }
        if !kept.contains(where: { $0.externalID == callback.externalID }) { kept.append(callback) }
    }

    private func outcome(of step: Step, on daemon: Daemon, _ gateway: Gateway) -> Outcome {
        do {
            switch step {
            case .callback(let callback, let code, _):
                let response = try daemon.post(callback)
                if response.code == code { return .done }
                if ["5005601", "5035600"].contains(response.code) { return .refused }
                return .violation("\(callback.merchant): \(response.text)")
            case .generate(let reference):
                return Self.outcome(try daemon.generate(reference), [200, 201], step)
            case .pay(let reference):
                try gateway.pay(reference)
                let body = "{\"partnerReferenceNo\":\"\(reference)\"}"
                let response = try daemon.post("/admin/qr/query", body)
                return Self.outcome(response, [200], step)
            case .accept(let reference):
                let body = "{\"status\":\"04\",\"amount\":\"10000.00\",\"note\":\"sent back\"}"
                let target = "/admin/transactions/\(reference)/accept"
                let response = try daemon.post(target, body)
                // The decision may have been stored although it was refused.
                let status = try daemon.transaction(reference)["status"].text
                if response.status == 409, status == "refunded" { return .done }
                return Self.outcome(response, [200], step)
            case .prune: return try prune(daemon)
            }
        } catch {
            return .violation("\(step): \(error)")
        }
    }

    private static func outcome(
        _ response: RawResponse,
        _ expected: [Int],
        _ step: Step
    ) -> Outcome {
        if expected.contains(response.status) { return .done }
        if response.status >= 500 { return .refused }
        return .violation("\(step): \(response.status) \(response.text)")
    }

    private func prune(_ daemon: Daemon) throws -> Outcome {
        let body = "{\"before\":\"\(JakartaNow.nextMillisecond())\"}"
        let response = try daemon.post("/admin/prune", body)
        guard response.status == 202 else {
            return Self.outcome(response, [], .prune)
        }
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while Date() < deadline {
            switch try daemon.get("/admin/prune").json["state"].text {
            case "running": usleep(5_000)
            case "done": return .done
            default: return .refused
            }
        }
        return .violation("prune does not end")
    }
}
