import APIModel
import Store

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
