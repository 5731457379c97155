import Sockets
import Store

/// Follows the feed for one client of server-sent events.
///
/// Between reads nothing of the database is held; while it waits it costs an entry in
/// ``FeedSignal``.
struct FeedStream: Sendable {
    let store: Store

    /// Where it begins and what it shows.
    let query: FeedQuery

    /// After so long without a word comes a comment.
    let idleSeconds: Int

    /// Transitions in one write. Some 40 KB of text: below what may wait for a slow client.
    private static let batchMax = 100

    /// Writes events until the client has gone, the program stops or the database cannot be read;
    /// a client that comes again is told then.
    func run(_ write: EndpointAnswer.Write) async {
        var query = query
        var told = query.after
        var lastWrite = Clock.monotonicNanoseconds()
        while !Task.isCancelled {
            // Both come before the read: what is committed in between ends the wait at once.
            let mark = store.signal.mark
            let isLast = store.signal.isClosed
            guard let page = await page(query) else { return }
            query.after = page.next
            var text = page.transitions.flatMap { ServerSentEvent.transition($0) }
            told = page.transitions.last?.sequence ?? told

            let isSilent = text.isEmpty && rest(since: lastWrite) == 0
            if isSilent || isLast || (text.isEmpty && page.more), told < page.next {
                text += ServerSentEvent.place(
                    feed: store.feed,
                    head: page.head,
                    resumeAfter: page.next
                )
                told = page.next
            } else if isSilent {
                text = ServerSentEvent.comment
            }
            if !text.isEmpty {
                guard await write(text) else { return }
                lastWrite = Clock.monotonicNanoseconds()
            }
            if isLast { return }
            if page.more { continue }
            await store.signal.wait(beyond: mark, seconds: max(1, rest(since: lastWrite)))
        }
    }

    private func page(_ query: FeedQuery) async -> FeedPage? {
        do throws(StoreError) {
            return try await store.reader.feed(query, limit: Self.batchMax)
        } catch {
            return nil
        }
    }

    /// Seconds until the client has to hear something, rounded up.
    private func rest(since lastWrite: UInt64) -> Int {
        let due = lastWrite + UInt64(idleSeconds) * 1_000_000_000
        let now = Clock.monotonicNanoseconds()
        return now >= due ? 0 : Int((due - now + 999_999_999) / 1_000_000_000)
    }
}
