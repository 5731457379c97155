import Commands
import ReceiverClient
import Text

/// An offset in the feed, as a command line names it.
enum ConsumerOffset: Equatable, Sendable {
    case beginning
    case latest

    /// The sequence number of the last transition that is done.
    case sequence(Int64)

    /// A Jakarta day or an RFC 3339 time; the daemon checks it.
    case recordedFrom(String)

    init(_ text: String) {
        self =
            switch text {
            case "beginning": .beginning
            case "latest": .latest
            default: Int64(digits: text.utf8).map { .sequence($0) } ?? .recordedFrom(text)
            }
    }

    /// The body that moves a consumer there.
    ///
    /// For the latest offset, the head of the feed is read first. Then the body names the feed, so
    /// that the offset is never stored for another one.
    func body(_ api: APIClient) async throws(CommandProblem) -> JSONObjectText {
        var body = JSONObjectText()
        switch self {
        case .beginning: body.add("position", literal: "0")
        case .sequence(let number): body.add("position", literal: "\(number)")
        case .recordedFrom(let time): body.add("recordedFrom", time)
        case .latest:
            let page = try await api.get(["v1", "transitions"], [("after", "latest")]).root
            guard let head = page["head"]?.integer, let feed = page["feed"]?.string else {
                throw CommandProblem(.unavailable, "the response lacks head or feed")
            }
            body.add("position", literal: "\(head)")
            body.add("feed", feed)
        }
        return body
    }
}
