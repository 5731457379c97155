import Commands
import ReceiverClient
import Snap
import System
import Text

/// The offset at which a command begins to read the feed, by default its beginning, and the filter.
struct FeedStart: Sendable {
    /// The sequence number after which to begin, or `latest`.
    var after: String?

    /// A Jakarta day or an RFC 3339 time, instead of ``after``.
    var recordedFrom: String?

    /// The statuses to which transitions lead, separated by commas; nil for all transitions.
    var statuses: String?

    /// The parameters of a request for the feed; one of the first two has a value, or none.
    var parameters: [(name: String, value: String?)] {
        [("after", after), ("recordedFrom", recordedFrom), ("to", statuses)]
    }
}

/// Shows transitions as they are committed.
///
/// While the daemon is unavailable, requests are repeated. No transition is shown twice or missed,
/// because each request sends the `next` of the last response.
struct FeedFollower: Sendable {
    private let session: APISession
    private let limit: Int64?
    private let pause: @Sendable () async -> Void

    /// The minimum duration of a long poll. An empty response that arrives earlier did not wait, so
    /// the next request is delayed.
    var waitNanosecondsMin: UInt64 = 1_000_000_000

    /// The maximum of the parameter `wait`.
    private static let waitSeconds = 55

    /// Makes a follower.
    ///
    /// - Parameter pause: waits between two requests while the daemon is unavailable.
    init(
        _ session: APISession,
        limit: Int64? = nil,
        pause: @escaping @Sendable () async -> Void = {
            // The caller checks for cancellation.
            try? await Task.sleep(for: .seconds(1))
        }
    ) {
        self.session = session
        self.limit = limit
        self.pause = pause
    }

    /// Follows the feed until the task is cancelled, or standard output has no reader.
    ///
    /// - Throws: a problem that retrying cannot fix, or any problem before the first response.
    func follow(from start: FeedStart) async throws(CommandProblem) {
        var offset = Position(start: start)
        var table = Table(TransitionRow.columns)
        var isAway = false
        while !Task.isCancelled, !session.console.hasLostOutput {
            do throws(CommandProblem) {
                let began = SystemClock.monotonicNanoseconds()
                let page = try await page(at: offset)
                isAway = false
                let transitions = try session.items(page, "transitions")
                show(transitions, &table)
                let isFirst = offset.feed == nil
                offset = try offset.advanced(by: page.root)
                let nanoseconds = SystemClock.monotonicNanoseconds() - began
                if transitions.isEmpty, !isFirst, nanoseconds < waitNanosecondsMin {
                    await pause()
                }
            } catch {
                if Task.isCancelled { return }
                guard error.isPassing, offset.feed != nil else { throw error }
                if !isAway {
                    for line in error.lines {
                        session.complain("\(line); retrying until the daemon responds")
                    }
                }
                isAway = true
                await pause()
            }
        }
    }

    private func page(at offset: Position) async throws(CommandProblem) -> JSONDocument {
        try await session.api.get(
            ["v1", "transitions"],
            offset.start.parameters + [
                ("feed", offset.feed),
                // The first request does not wait: its response shows that the daemon is available,
                // and has the id of the feed.
                ("wait", offset.feed == nil ? nil : "\(Self.waitSeconds)"),
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

    /// The offset up to which the feed was read.
    private struct Position {
        let start: FeedStart
        /// The id of the feed; nil before the first response.
        var feed: String?

        /// The offset after `page`.
        func advanced(by page: JSONValue) throws(CommandProblem) -> Position {
            guard let next = page["next"]?.integer, let feed = page["feed"]?.string else {
                throw CommandProblem(.unavailable, "the response lacks next or feed")
            }
            let start = FeedStart(after: "\(next)", statuses: start.statuses)
            return Position(start: start, feed: feed)
        }
    }
}
