import Foundation
import Glibc
import Support

/// When a starting receiver is killed.
enum KillMoment: CustomStringConvertible {
    /// Before a call about a file of the database: while it opens, is migrated, or at the first
    /// commits.
    case call(CallFault)

    /// When so many more callbacks have been acknowledged.
    case acknowledged(Int)

    var description: String {
        switch self {
        case .call(let fault):
            "before \(fault.subject.call) \(fault.number) of \(fault.subject.file)"
        case .acknowledged(let count): "after \(count) acknowledged"
        }
    }

    /// The migration of the oldest database is the first commit of a start: the second write and
    /// the second sync of its WAL. One that is not a single commit has more of them.
    private static let callsOfMigration = 4

    /// - Parameters:
    ///   - counts: how often a start makes each call.
    ///   - isMigrating: whether it begins with a migration, which most moments are about then.
    static func draw(
        _ counts: CallCounts,
        isMigrating: Bool,
        _ random: inout SeededGenerator
    ) -> KillMoment {
        func call(_ subject: CallFault.Subject, max: Int) -> KillMoment {
            let number = Int.random(in: 1...Swift.max(max, 1), using: &random)
            return .call(CallFault(subject: subject, number: number, fault: "kill"))
        }
        if isMigrating, Int.random(in: 0..<4, using: &random) > 0 {
            let name = Bool.random(using: &random) ? "write" : "sync"
            return call(.init(call: name, file: "receiver.db-wal"), max: callsOfMigration)
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            return .acknowledged(Int.random(in: 1...30, using: &random))
        }
        let subjects = counts.calls.filter { $0.value > 0 && $0.key.call != "malloc" }.keys
            .sorted { ($0.file, $0.call) < ($1.file, $1.call) }
        guard let subject = subjects.randomElement(using: &random) else { return .acknowledged(1) }
        return call(subject, max: counts.calls[subject] ?? 1)
    }

    /// How often a receiver that migrates the oldest database makes each call, up to its first
    /// commits.
    static let counts: Result<CallCounts, any Error> = Result {
        let workspace = try Workspace()
        try workspace.makeDatabase(of: "database-11.sql")
        let calls = FaultyCalls(in: workspace, nil)
        let daemon = try Daemon(in: workspace, environment: calls.environment)
        for _ in 0..<5 { _ = try daemon.post(Callback()) }
        let counts = try calls.counts
        try daemon.kill()
        return counts
    }
}
