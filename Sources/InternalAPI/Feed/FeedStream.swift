import System
import Store

/// Sends the feed to one client as server-sent events.
///
/// No snapshot of the database is held between reads. A waiting stream is an entry in
/// ``FeedSignal``.
struct FeedStream: Sendable {
    let store: Store

    /// The offset at which the stream begins, and its filter.
    let query: FeedQuery

    /// The time without an event after which a comment is sent.
    let idleSeconds: Int

    /// The maximum number of transitions in one write: about 90 KB of text, little more than the
    /// server buffers for a slow client.
    private static let batchMax = 200

    /// Writes events until the client disconnects, the receiver stops, the database cannot be read,
    /// or transitions that were not sent are removed.
    ///
    /// In the last two cases the client sees the stream end, and gets the problem when it
    /// reconnects. When the receiver stops, everything that is committed is sent first.
    func run(_ write: EndpointResponse.Write) async {
        var query = query
        // The offset that the client knows: that of the last event with an id.
        var told = query.after
        var lastWrite = SystemClock.monotonicNanoseconds()
        while !Task.isCancelled {
            // Checked before the read, so that the last read includes every commit before the stop.
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

    /// The next transitions; nil if the database cannot be read.
    private func page(_ query: FeedQuery) async -> FeedText? {
        do throws(StoreError) {
            return try await store.feed(query, limit: Self.batchMax)
        } catch {
            return nil
        }
    }

    /// Whether no transition between `position` and `page` was removed.
    private func isKept(_ position: Int64, by page: FeedText) -> Bool {
        page.oldest.map { position >= $0 - 1 } ?? true
    }

    private func events(of page: FeedText) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(page.items.reduce(0) { $0 + $1.bytes.count + 64 })
        for item in page.items { ServerSentEvent.append(item, to: &text) }
        return text
    }

    /// Seconds until a comment is due, rounded up.
    private func rest(since lastWrite: UInt64) -> Int {
        let due = lastWrite + UInt64(idleSeconds) * 1_000_000_000
        let now = SystemClock.monotonicNanoseconds()
        return now >= due ? 0 : Int((due - now + 999_999_999) / 1_000_000_000)
    }
}
