import APIModel
import Store

/// The text of server-sent events (WHATWG HTML, section 9.2).
///
/// Each blank line ends an event that has data: clients that split the stream at blank lines see
/// no empty event.
enum ServerSentEvent {
    private struct Feed: Encodable {
        let feed: String
        let head: Int64
    }

    /// What a stream starts with: the reconnection time of 2,000 milliseconds, and the event `feed`
    /// with the id of the feed and its newest sequence number.
    static func start(feed: String, head: Int64) -> [UInt8] {
        Array("retry: 2000\n".utf8) + place(feed: feed, head: head, id: nil)
    }

    /// Says how far the feed was read, behind transitions that a filter leaves out: the event
    /// `feed` again, whose id the client sends as `Last-Event-ID` when it reconnects.
    static func place(feed: String, head: Int64, resumeAfter sequence: Int64) -> [UInt8] {
        place(feed: feed, head: head, id: sequence)
    }

    private static func place(feed: String, head: Int64, id: Int64?) -> [UInt8] {
        var text = Array("event: feed\n".utf8)
        if let id { text += Array("id: \(id)\n".utf8) }
        return text + data(Feed(feed: feed, head: head))
    }

    /// Appends one transition. JSON as we write it has no line ends.
    static func append(_ item: FeedText.Item, to text: inout [UInt8]) {
        text.append(contentsOf: "event: transition\nid: ".utf8)
        text.append(contentsOf: String(item.sequence).utf8)
        text.append(contentsOf: "\ndata: ".utf8)
        text.append(contentsOf: item.bytes)
        text.append(contentsOf: "\n\n".utf8)
    }

    /// The data of an event, and its end.
    private static func data(_ value: some Encodable) -> [UInt8] {
        Array("data: ".utf8) + JSON.encode(value) + Array("\n\n".utf8)
    }

    /// Says nothing but that the connection is alive. No blank line follows: it would end an event.
    static let comment = Array(":\n".utf8)
}
