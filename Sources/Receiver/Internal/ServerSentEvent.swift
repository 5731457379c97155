import Store

/// The text of server-sent events (WHATWG HTML, section 9.2).
enum ServerSentEvent {
    /// What a stream begins with: after how many milliseconds the client comes again when it ends.
    static let start = Array("retry: 2000\n\n".utf8)

    /// One transition. JSON as we write it has no line ends.
    static func transition(_ record: TransitionRecord) -> [UInt8] {
        var text = Array("event: transition\nid: \(record.sequence)\ndata: ".utf8)
        text += JSON.encode(TransitionRepresentation(record))
        text += Array("\n\n".utf8)
        return text
    }

    /// Says nothing but that the connection is alive.
    static let comment = Array(":\n\n".utf8)

    /// Says where to resume. An event without data is not dispatched, but its id is remembered
    /// (section 9.2.6): the client sends it as `Last-Event-ID`.
    static func place(_ sequence: Int64) -> [UInt8] { Array(":\nid: \(sequence)\n\n".utf8) }
}
