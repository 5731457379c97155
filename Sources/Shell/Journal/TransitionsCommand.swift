package import Commands
import Configuration
import ReceiverClient
import Snap

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
    static let options = [after, recordedFrom, status, .limit, .wait, follow]
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
    private static let status = CommandOption(
        name: "--status",
        value: "STATUS",
        summary: "Only to this status, such as success; several separated by commas."
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
        start = FeedStart(
            after: after,
            recordedFrom: recordedFrom,
            statuses: arguments.one(Self.status)
        )
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
