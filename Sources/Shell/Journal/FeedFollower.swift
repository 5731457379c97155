import Commands
import Snap
import System
import Text

/// Where a command begins to read the feed: at its beginning, when it is not told otherwise.
struct FeedStart: Sendable {
    /// The sequence number behind which it begins, or `latest`.
    var after: String?

    /// A Jakarta day or an RFC 3339 time, instead of ``after``.
    var recordedFrom: String?

    /// The parameters of a request for the feed; one of them has a value at most.
    var parameters: [(name: String, value: String?)] {
        [("after", after), ("recordedFrom", recordedFrom)]
    }
}

/// Shows the feed as it grows.
struct FeedFollower: Sendable {
    private let session: APISession
    private let limit: Int64?
    private let pause: @Sendable () async -> Void

    /// An empty answer that comes sooner did not wait, and must not be asked for in a hurry.
    var waitNanosecondsMin: UInt64 = 1_000_000_000

    /// The longest wait that the API offers.
    private static let waitSeconds = 55

    /// - Parameter pause: stands between two requests when the daemon is away.
    init(
        _ session: APISession,
        limit: Int64? = nil,
        pause: @escaping @Sendable () async -> Void = {
            // A pause that is cut short by the end of the task needs no more.
            try? await Task.sleep(for: .seconds(1))
        }
    ) {
        self.session = session
        self.limit = limit
        self.pause = pause
    }

    /// Goes on until the task is cancelled, or nobody reads any more; throws what cannot pass, and
    /// anything before the first answer.
    func follow(from start: FeedStart) async throws(CommandProblem) {
        var position = Position(start: start)
        var table = Table(TransitionRow.columns)
        var isAway = false
        while !Task.isCancelled, !session.console.hasLostOutput {
            do throws(CommandProblem) {
                let began = SystemClock.monotonicNanoseconds()
                let page = try await page(at: position)
                isAway = false
                let transitions = try session.items(page, "transitions")
                show(transitions, &table)
                let isFirst = position.feed == nil
                position = try position.advanced(by: page.root)
                let nanoseconds = SystemClock.monotonicNanoseconds() - began
                if transitions.isEmpty, !isFirst, nanoseconds < waitNanosecondsMin {
                    await pause()
                }
            } catch {
                if Task.isCancelled { return }
                guard error.isPassing, position.feed != nil else { throw error }
                if !isAway {
                    for line in error.lines {
                        session.complain("\(line); trying again until it is back")
                    }
                }
                isAway = true
                await pause()
            }
        }
    }

    private func page(at position: Position) async throws(CommandProblem) -> JSONDocument {
        try await session.api.get(
            ["v1", "transitions"],
            position.start.parameters + [
                ("feed", position.feed),
                // The first answer comes at once: it tells that all is well, and which feed it is.
                ("wait", position.feed == nil ? nil : "\(Self.waitSeconds)"),
                ("limit", limit.map { "\($0)" }),
            ]
        )
    }

    private func show(_ transitions: [JSONValue], _ table: inout Table) {
        guard !transitions.isEmpty else { return }
        if session.isJSON {
            for transition in transitions { session.showJSON(Array(transition.literal.utf8)) }
        } else {
            session.console.output(table.text(transitions.map(TransitionRow.cells)))
        }
    }

    /// How far the feed has been read.
    private struct Position {
        let start: FeedStart
        /// The feed's id; nil before the first answer.
        var feed: String?

        /// Where `page` ends.
        func advanced(by page: JSONValue) throws(CommandProblem) -> Position {
            guard let next = page["next"]?.integer, let feed = page["feed"]?.string else {
                throw CommandProblem(.unavailable, "the answer lacks next or feed")
            }
            return Position(start: FeedStart(after: "\(next)"), feed: feed)
        }
    }
}
