import System
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

    /// Transitions in one write. Some 90 KB of text: little more than what may wait for a slow
    /// client.
    private static let batchMax = 200

    /// Writes events until the client has gone, the program stops, the database cannot be read, or
    /// the feed was cut off beyond what was sent; a client that comes again is told then.
    func run(_ write: EndpointAnswer.Write) async {
        var query = query
        var told = query.after
        var lastWrite = SystemClock.monotonicNanoseconds()
        while !Task.isCancelled {
            // Comes before the read: what is committed in between is sent when the program stops.
            let isLast = store.signal.isClosed
            guard let page = await page(query), isKept(query.after, by: page) else { return }
            query.after = page.next
            var text = events(of: page)
            told = page.items.last?.sequence ?? told

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
                lastWrite = SystemClock.monotonicNanoseconds()
            }
            if isLast { return }
            if page.more { continue }
            let seconds = max(1, rest(since: lastWrite))
            await store.signal.wait(behind: page.next, seconds: seconds)
        }
    }

    private func page(_ query: FeedQuery) async -> FeedText? {
        do throws(StoreError) {
            return try await store.feed(query, limit: Self.batchMax)
        } catch {
            return nil
        }
    }

    /// Whether nothing was cut off between a position and the page that was read behind it.
    private func isKept(_ position: Int64, by page: FeedText) -> Bool {
        page.oldest.map { position >= $0 - 1 } ?? true
    }

    private func events(of page: FeedText) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(page.items.reduce(0) { $0 + $1.bytes.count + 64 })
        for item in page.items { ServerSentEvent.append(item, to: &text) }
        return text
    }

    /// Seconds until the client has to hear something, rounded up.
    private func rest(since lastWrite: UInt64) -> Int {
        let due = lastWrite + UInt64(idleSeconds) * 1_000_000_000
        let now = SystemClock.monotonicNanoseconds()
        return now >= due ? 0 : Int((due - now + 999_999_999) / 1_000_000_000)
    }
}
