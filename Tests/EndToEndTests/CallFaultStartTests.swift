import Foundation
import Support
import Testing

/// Calls that fail for as long as a receiver starts: it ends with a message that names the file, or
/// serves without a side file.
@Suite(.onSQLite, .blocking)
struct CallFaultStartTests {
    /// Whether the receiver waits instead: for room on the disk (FullDiskTests); and interrupted
    /// calls are repeated.
    private static func isAwaited(_ fault: String) -> Bool {
        fault == "ENOSPC" || !CallFault.canLast(fault)
    }

    /// Rounds at once.
    private static let lanes = 2

    /// A database with one callback that was acknowledged and one that was rejected, so that each
    /// file exists, and how often each call is made when a receiver starts on it.
    private static func prepared() throws -> (Workspace, Callback) {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let callback = try Callback("TRX-1")
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.post(Callback(key: TestKeys.shared().other)).code == "4015600")
        #expect(try daemon.stop() == .exited(0))
        return (workspace, callback)
    }

    @Test func `it starts without side files, and else names the file and starts the next time`()
        throws
    {
        let (workspace, _) = try Self.prepared()
        let calls = FaultyCalls(in: workspace, nil)
        let daemon = try Daemon(in: workspace, environment: calls.environment)
        let subjects = try calls.counts.calls.filter { $0.value > 0 }.keys
            .sorted { ($0.call, $0.file) < ($1.call, $1.file) }
        #expect(try daemon.stop() == .exited(0))
        let faults = subjects.flatMap { subject in
            (CallFault.faults[subject.call] ?? []).filter { !Self.isAwaited($0) }
                .map { CallFault(subject: subject, number: 1, isLasting: true, fault: $0) }
        }
        #expect(faults.count > 20)
        let problems = Concurrent.map(count: Self.lanes) { lane in
            faults.indices.filter { $0 % Self.lanes == lane }.flatMap { index in
                do {
                    return try Self.problems(faults[index]).map { "\(faults[index]): \($0)" }
                } catch {
                    return ["\(faults[index]): \(error)"]
                }
            }
        }.flatMap { $0 }
        for problem in problems { Issue.record("\(problem)") }
    }

    private static func problems(_ fault: CallFault) throws -> [String] {
        let (workspace, callback) = try prepared()
        let calls = FaultyCalls(in: workspace, fault)
        try calls.arm()
        var problems: [String] = []
        do {
            let daemon = try Daemon(in: workspace, environment: calls.environment)
            if try daemon.feed().first?["partnerReferenceNo"].text != callback.merchant {
                problems.append("it serves, but not what was acknowledged")
            }
            calls.disarm()
            let end = try daemon.stop()
            if end != .exited(0) { problems.append("at its stop: \(end)") }
        } catch let failure as Daemon.NotListening {
            if !fault.subject.explains(failure) {
                problems.append("\(String(describing: failure.end)), \(failure)")
            }
        }
        let daemon = try Daemon(in: workspace)
        if try daemon.feed().map({ $0["partnerReferenceNo"].text }) != [callback.merchant] {
            problems.append("afterwards the feed is \(try daemon.feed())")
        }
        if try daemon.post(callback).code != "2005600" { problems.append("redelivered") }
        if try daemon.stop() != .exited(0) { problems.append("at the last stop") }
        return problems
    }
}
