/// A client of server-sent events as WHATWG HTML section 9.2 describes it, over one connection.
final class EventSource {
    /// One event that a browser would dispatch.
    struct Event: Equatable {
        let name: String
        let id: String
        let data: String

        /// What `data` says.
        var json: JSON { JSON(Array(data.utf8)) }
    }

    let head: RawResponse
    private let client: RawClient
    private var text = ""

    /// What a client would send as `Last-Event-ID`.
    private(set) var lastEventID = ""

    /// Milliseconds, as the server asks.
    private(set) var retry: Int?

    /// Comment lines so far.
    private(set) var commentCount = 0

    /// The events `feed` so far.
    private(set) var feeds: [Event] = []

    /// Blank lines that ended no event with data: empty events to a client that splits at them.
    private(set) var emptyEventCount = 0

    /// Sends the request and reads the head of the answer.
    convenience init(
        _ daemon: Daemon,
        _ query: String = "",
        lastEventID: String? = nil,
        as token: String = "ops"
    ) throws {
        let fields = lastEventID.map { [WireRequest.Field("Last-Event-ID", $0)] } ?? []
        let target = "/v1/transitions/stream\(query)"
        try self.init(daemon.open(target, fields, as: token))
    }

    /// Reads the head of the response to a request that was sent.
    init(_ client: RawClient) throws {
        self.client = client
        head = try client.responseHead()
    }

    /// Whether an event has been received that was not read yet.
    var hasBuffered: Bool { text.contains("\n\n") }

    /// Reads the next event that is not `feed`, past everything else; nil at the proper end of the
    /// answer.
    func next() throws -> Event? {
        while true {
            while let end = text.firstRange(of: "\n\n") {
                let block = text[..<end.lowerBound]
                text.removeSubrange(..<end.upperBound)
                guard let event = dispatch(block) else {
                    emptyEventCount += 1
                    continue
                }
                if event.name != "feed" { return event }
                feeds.append(event)
            }
            guard let chunk = try client.chunk() else { return nil }
            text += String(decoding: chunk, as: UTF8.self)
        }
    }

    private func dispatch(_ block: Substring) -> Event? {
        var name = "message"
        var data: [Substring] = []
        for line in block.split(separator: "\n") {
            if line.hasPrefix(":") {
                commentCount += 1
                continue
            }
            let field = line.prefix { $0 != ":" }
            var value = line.dropFirst(field.count + 1)
            if value.hasPrefix(" ") { value = value.dropFirst() }
            switch field {
            case "event": name = String(value)
            case "data": data.append(value)
            case "id": lastEventID = String(value)
            case "retry": retry = Int(value)
            default: break
            }
        }
        if data.isEmpty { return nil }
        return Event(name: name, id: lastEventID, data: data.joined(separator: "\n"))
    }
}
