package import Commands
import Configuration
import Queues
import Snap
import System

extension Command {
    package static let transitions = Command(
        running: TransitionsCommand.self,
        name: "transitions",
        summary: "Shows the feed of transitions, in order; with --follow as they are committed.",
        options: TransitionsCommand.options,
        scope: .feed,
        example: "transitions --after latest --follow"
    )
}

/// `GET /v1/transitions`
struct TransitionsCommand: APICommand {
    static let options = [after, recordedFrom, .limit, .wait, follow]
    private static let after = CommandOption(
        name: "--after",
        value: "N",
        summary: "Begins after sequence number N, or after the latest; default: the start."
    )
    private static let recordedFrom = CommandOption(
        name: "--recorded-from",
        value: "TIME",
        summary: "Begins with the first one recorded from a Jakarta day or RFC 3339 time on."
    )
    private static let follow = CommandOption(
        flag: "--follow",
        summary: "Continues until stopped, also after the daemon was unavailable."
    )

    private let start: FeedStart
    private let limit: Int64?
    private let waitSeconds: Int64?
    private let follows: Bool

    init(_ arguments: CommandArguments) throws(UsageError) {
        let isLatest = arguments.one(Self.after) == "latest"
        let after =
            isLatest
            ? "latest"
            : try arguments.wholeNumber(Self.after, in: 0...Int64.max).map { "\($0)" }
        let recordedFrom = arguments.one(Self.recordedFrom)
        if after != nil, recordedFrom != nil {
            throw UsageError(text: "--recorded-from: expected without --after")
        }
        start = FeedStart(after: after, recordedFrom: recordedFrom)
        limit = try arguments.limit()
        waitSeconds = try arguments.wholeNumber(.wait, in: 0...55)
        follows = arguments.has(Self.follow)
        if follows, waitSeconds != nil {
            throw UsageError(text: "--wait: expected without --follow, which always waits")
        }
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        guard !follows else {
            let follower = FeedFollower(session, limit: limit)
            return try await untilStopped { () async throws(CommandProblem) in
                try await follower.follow(from: start)
            }
        }
        let page = try await session.api.get(
            ["v1", "transitions"],
            start.parameters + [
                ("limit", limit.map { "\($0)" }), ("wait", waitSeconds.map { "\($0)" }),
            ]
        )
        try session.showPage(
            page,
            list: "transitions",
            empty: "No transitions.",
            columns: TransitionRow.columns,
            row: TransitionRow.cells
        )
    }
}

/// Runs `body` until it ends, SIGINT or SIGTERM arrives, or standard output has no reader.
///
/// A signal, or the end of the reader, cancels `body` and is a success.
private func untilStopped(
    _ body: @escaping @Sendable () async throws(CommandProblem) -> Void
) async throws(CommandProblem) {
    let (arrivals, continuation) = AsyncStream.makeStream(of: Void.self)
    let signals = Signals([.terminate, .interrupt]) { _ in continuation.yield() }
    let reader = OutputReader { continuation.yield() }
    defer {
        _ = signals
        reader?.forget()
    }
    let result = await withTaskGroup(of: Result<Void, CommandProblem>.self) { group in
        group.addTask {
            do throws(CommandProblem) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        group.addTask {
            for await _ in arrivals { break }
            return .success(())
        }
        let first = await group.next()
        group.cancelAll()
        return first ?? .success(())
    }
    try result.get()
}

/// Watches whether standard output still has a reader, such as `head` behind a pipe.
private struct OutputReader {
    private let latch: Latch

    /// Starts watching, on a thread of its own.
    ///
    /// - Parameter onEnd: called when the reader is gone.
    /// - Returns: nil if it cannot be watched; then the next write fails instead.
    init?(onEnd: @escaping @Sendable () -> Void) {
        guard let latch = try? Latch() else { return nil }
        self.latch = latch
        QueueExecutor(blockingLabel: "output").run {
            let hasGone = try? StandardStream.output.waitUntilUnread(orUntil: latch)
            if hasGone == true { onEnd() }
        }
    }

    /// Stops watching.
    func forget() { latch.open() }
}
