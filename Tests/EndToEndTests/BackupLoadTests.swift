import Foundation
import Glibc
import Support
import Synchronization
import Testing

/// Backups while callbacks arrive at a steady rate; `scripts/backup-loop` asks for more of both.
@Suite(.onSQLite, .blocking)
struct BackupLoadTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    private static let rounds = setting("BACKUP_ROUNDS") ?? 2

    /// Callbacks a second.
    private static let rate = setting("BACKUP_RATE") ?? 100

    /// How long a round's load can last.
    private static let seconds = setting("BACKUP_SECONDS") ?? 3

    @Test func `a backup under load verifies, and holds what was answered before it began`() throws
    {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        for round in 1...Self.rounds {
            let requests = try (0..<(Self.rate * Self.seconds)).map { _ in
                try Callback().request().bytes
            }
            let load = try PacedLoad(requests, perSecond: Self.rate, on: daemon)
            #expect(load.waitUntilAnswered(requests.count / 10))
            let name = "backup-\(round).db"
            let before = load.answeredCount
            let started = Date()
            let backup = try commands.backup(to: name)
            let backupSeconds = Date().timeIntervalSince(started)
            let during = load.answeredCount - before
            #expect(backup.end == .exited(0), "round \(round): \(backup.errors)")
            #expect(during > 0, "round \(round): no load during the backup")
            let (unexpected, answersPerSecond) = try #require(load.end())
            #expect(unexpected.isEmpty, "round \(round)")
            let verified = try commands.verify(name)
            #expect(verified.end == .exited(0), "round \(round): \(verified.errors)")
            let callbacks = verified.output.first { $0.hasPrefix("callbacks: ") }
                .flatMap { Int($0.dropFirst(11)) }
            let answered = try #require(callbacks)
            #expect(answered >= load.startCount + before, "round \(round)")
            Self.report(
                "round \(round): \(answered) callbacks in the backup, \(during) answered during "
                    + "its \(Int(backupSeconds * 1_000)) ms, \(Int(answersPerSecond)) a second"
            )
            try FileManager.default.removeItem(atPath: daemon.workspace.directory + name)
        }
        #expect(try daemon.stop() == .exited(0))
        #expect(try commands.verify("receiver.db").end == .exited(0))
    }

    /// Shows a figure to whoever asked for it by the script.
    private static func report(_ line: String) {
        if setting("BACKUP_ROUNDS") == nil { return }
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// Signed callbacks sent at a steady rate over a few connections.
private final class PacedLoad: Sendable {
    private struct State {
        var answered = 0
        var unexpected: [String] = []
        var running = 0
        var isEnding = false
        var nanoseconds: UInt64 = 0
    }

    private static let clientCount = 8
    private static let total = Mutex(0)

    private let condition = NSCondition()
    private let state = Mutex(State())

    /// How many callbacks all loads before this one had answered.
    let startCount: Int

    init(_ requests: [[UInt8]], perSecond rate: Int, on daemon: Daemon) throws {
        startCount = Self.total.withLock { $0 }
        let count = Self.clientCount
        let clients = try (0..<count).map { _ in try daemon.connect() }
        state.withLock { $0.running = count }
        let interval = UInt64(1_000_000_000 / rate)
        let start = Self.now()
        for (index, client) in clients.enumerated() {
            // Each is handed to its thread and not used here any more.
            nonisolated(unsafe) let client = client
            Thread.detachNewThread { [self] in
                for number in stride(from: index, to: requests.count, by: count) {
                    if state.withLock(\.isEnding) { break }
                    Self.sleep(until: start + UInt64(number) * interval)
                    send(requests[number], client, start)
                }
                change { $0.running -= 1 }
            }
        }
    }

    private func send(_ request: [UInt8], _ client: RawClient, _ start: UInt64) {
        do {
            let response = try client.exchange(request)
            change {
                if response.code == "2005600" {
                    $0.answered += 1
                } else {
                    $0.unexpected.append(response.text)
                }
                $0.nanoseconds = Self.now() - start
            }
        } catch {
            change { $0.unexpected.append("\(error)") }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        condition.lock()
        state.withLock { body(&$0) }
        condition.broadcast()
        condition.unlock()
    }

    var answeredCount: Int { state.withLock(\.answered) }

    func waitUntilAnswered(_ count: Int) -> Bool { wait { $0.answered >= count } }

    /// Ends it, and returns what was not answered 2005600, and the rate; nil when it does not end.
    func end() -> (unexpected: [String], answersPerSecond: Double)? {
        change { $0.isEnding = true }
        guard wait({ $0.running == 0 }) else { return nil }
        return state.withLock { state in
            Self.total.withLock { $0 += state.answered }
            let seconds = Double(max(state.nanoseconds, 1)) / 1e9
            return (state.unexpected, Double(state.answered) / seconds)
        }
    }

    private func wait(_ isReached: (State) -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        condition.lock()
        defer { condition.unlock() }
        while !state.withLock({ isReached($0) }) {
            if !condition.wait(until: deadline) { return state.withLock { isReached($0) } }
        }
        return true
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func sleep(until time: UInt64) {
        var target = timespec(
            tv_sec: Int(time / 1_000_000_000),
            tv_nsec: Int(time % 1_000_000_000)
        )
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &target, nil)
    }
}
