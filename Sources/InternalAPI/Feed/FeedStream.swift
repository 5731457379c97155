import APIModel
import Store
import System

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
        var sent = query.after
        var lastWrite = SystemClock.monotonicNanoseconds()
        while !Task.isCancelled {
            // Checked before the read, so that the last read includes every commit before the stop.
            let isLast = store.signal.isClosed
            guard let page = await page(query), isStored(query.after, by: page) else { return }
            query.after = page.next
            var text = events(of: page)
            sent = page.items.last?.sequence ?? sent

            let isSilent = text.isEmpty && rest(since: lastWrite) == 0
            if isSilent || isLast || (text.isEmpty && page.more), sent < page.next {
                text += ServerSentEvent.place(
                    feed: store.feed,
                    head: page.head,
                    resumeAfter: page.next
                )
                sent = page.next
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

    /// Whether no transition between `offset` and `page` was removed.
    private func isStored(_ offset: Int64, by page: FeedText) -> Bool {
        page.oldest.map { offset >= $0 - 1 } ?? true
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

/// The text of server-sent events (WHATWG HTML, section 9.2).
///
/// A blank line is written only after an event with data, so that clients which split the stream at
/// blank lines see no empty events.
enum ServerSentEvent {
    private struct Feed: Encodable {
        let feed: String
        let head: Int64
    }

    /// The start of a stream: a reconnection time of 2,000 ms, and the event `feed` with the id of
    /// the feed and the newest sequence number.
    static func start(feed: String, head: Int64) -> [UInt8] {
        Array("retry: 2000\n".utf8) + place(feed: feed, head: head, id: nil)
    }

    /// The event `feed` with an id: the offset up to which the feed was read, if the filter
    /// excluded the last transitions.
    ///
    /// The client sends it as `Last-Event-ID` when it reconnects, and the excluded transitions are
    /// not read again.
    static func place(feed: String, head: Int64, resumeAfter sequence: Int64) -> [UInt8] {
        place(feed: feed, head: head, id: sequence)
    }

    private static func place(feed: String, head: Int64, id: Int64?) -> [UInt8] {
        var text = Array("event: feed\n".utf8)
        if let id { text += Array("id: \(id)\n".utf8) }
        return text + data(Feed(feed: feed, head: head))
    }

    /// Appends one transition as an event. Its JSON contains no line ends, so it is one `data`
    /// line.
    static func append(_ item: FeedText.Item, to text: inout [UInt8]) {
        text.append(contentsOf: "event: transition\nid: ".utf8)
        text.append(contentsOf: String(item.sequence).utf8)
        text.append(contentsOf: "\ndata: ".utf8)
        text.append(contentsOf: item.bytes)
        text.append(contentsOf: "\n\n".utf8)
    }

    /// The field `data` of an event, and the blank line that ends the event.
    private static func data(_ value: some Encodable) -> [UInt8] {
        Array("data: ".utf8) + JSON.encode(value) + Array("\n\n".utf8)
    }

    /// A comment, which keeps the connection alive. No blank line follows it.
    static let comment = Array(":\n".utf8)
}
