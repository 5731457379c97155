import FoundationEssentials

/// Compares the feed of a receiver with the callbacks that were acknowledged.
struct FeedCheck {
    /// What is read of `GET /v1/transitions`.
    private struct Page: Decodable {
        struct Transition: Decodable {
            let sequence: Int
            let partnerReferenceNo: String
        }

        let transitions: [Transition]
        let next: Int
        let more: Bool
    }

    /// The payments of the acknowledged callbacks, each of which has one.
    let references: Set<String>

    /// Reads the whole feed.
    ///
    /// - Throws: `Options.Problem` when a sequence number is missing or repeated, or when the feed
    ///   does not have exactly one transition of each payment.
    func run(on server: ServerProcess) throws {
        var found: Set<String> = []
        var offset = 0
        while true {
            let page = try Self.page(after: offset, of: server)
            for transition in page.transitions {
                guard transition.sequence == offset + 1 else {
                    let numbers = "\(offset) is followed by \(transition.sequence)"
                    throw Options.Problem(description: "the feed is not dense: \(numbers)")
                }
                offset = transition.sequence
                found.insert(transition.partnerReferenceNo)
            }
            guard page.more else { break }
        }
        guard found == references, offset == references.count else {
            let missing = references.subtracting(found).count
            throw Options.Problem(
                description: """
                    the feed has \(offset) transitions for \(references.count) acknowledged \
                    callbacks, of which it does not have \(missing)
                    """
            )
        }
    }

    private static func page(after offset: Int, of server: ServerProcess) throws -> Page {
        let response = try server.response(to: "/v1/transitions?after=\(offset)&limit=1000")
        guard response.hasPrefix("HTTP/1.1 200"), let end = response.firstRange(of: "\r\n\r\n")
        else {
            throw Options.Problem(description: "the feed cannot be read: \(response)")
        }
        let body = Data(response[end.upperBound...].utf8)
        return try JSONDecoder().decode(Page.self, from: body)
    }
}
