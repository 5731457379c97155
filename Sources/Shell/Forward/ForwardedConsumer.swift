import Commands
import ReceiverClient
import Text

/// The offset of a consumer in the daemon, as one forwarder reads and moves it.
struct ForwardedConsumer: Sendable {
    private let api: APIClient
    private let name: String

    /// The id of the feed that the offset belongs to.
    let feed: String

    /// The offset that is stored in the daemon.
    private(set) var stored: Int64

    private var path: [String] { Self.path(name) }

    private static func path(_ name: String) -> [String] { ["v1", "consumers", name] }

    /// Reads the offset of a consumer, and creates a new one at `start`.
    ///
    /// - Parameter start: used only where there is no offset in the present feed.
    /// - Throws: exit code 65 if there is none and no `start`.
    init(_ name: String, from start: ConsumerOffset?, _ api: APIClient) async throws(CommandProblem)
    {
        self.api = api
        self.name = name
        if let offset = try await Self.present(name, start, api) {
            (feed, stored) = (offset.feed, offset.position)
            return
        }
        guard let start else {
            throw CommandProblem(
                .badData,
                "the consumer \(name) is new; expected --from beginning, --from latest or --from "
                    + "TIME"
            )
        }
        let document = try await api.put(Self.path(name), try await start.body(api))
        (feed, stored) = try Self.offset(document.root)
    }

    /// The stored offset; nil if the consumer is new, or if its feed has changed and there is a
    /// `start`.
    private static func present(
        _ name: String,
        _ start: ConsumerOffset?,
        _ api: APIClient
    ) async throws(CommandProblem) -> (feed: String, position: Int64)? {
        let root: JSONValue
        do throws(CommandProblem) {
            root = try await api.get(path(name)).root
        } catch {
            if error.type == "consumer-not-found" { return nil }
            throw error
        }
        // The lag in another feed is unknown.
        if root["lag"]?.integer != nil { return try offset(root) }
        if start != nil { return nil }
        throw CommandProblem(
            .badData,
            "the feed has changed since the consumer \(name) read it: the database was restored. "
                + "Find out which payments were forwarded after the backup, then give --from"
        )
    }

    private static func offset(
        _ consumer: JSONValue
    ) throws(CommandProblem) -> (feed: String, position: Int64) {
        guard let position = consumer["position"]?.integer, let feed = consumer["feed"]?.string
        else { throw CommandProblem(.unavailable, "the response lacks position or feed") }
        return (feed, position)
    }

    /// Stores an offset, up to which everything was accepted.
    ///
    /// - Throws: exit code 65 if another process has moved it.
    mutating func store(_ position: Int64) async throws(CommandProblem) {
        precondition(position >= stored, "a forwarder only moves forward")
        if position == stored { return }
        var body = JSONObjectText()
        body.add("position", literal: "\(position)")
        body.add("expected", literal: "\(stored)")
        body.add("feed", feed)
        do throws(CommandProblem) {
            _ = try await api.put(path, body)
        } catch {
            // The response to an earlier request with this offset may have been lost.
            guard error.type == "position-conflict",
                try await api.get(path).root["position"]?.integer == position
            else { throw error }
        }
        stored = position
    }

    /// The transitions after the stored offset; waits until there are some, or for a minute.
    func page() async throws(CommandProblem) -> JSONDocument {
        try await api.get(
            ["v1", "transitions"],
            [("after", "\(stored)"), ("feed", feed), ("wait", "55"), ("limit", "100")]
        )
    }
}
