import Glibc
import Support

/// How long one page of a list takes, from the request to the end of the response.
struct ListRound {
    /// One list, or one way to search it.
    struct List {
        let name: String
        let path: String

        /// The lists of the internal API, and their searches.
        ///
        /// - Parameters:
        ///   - reference: the partnerReferenceNo of a stored payment.
        ///   - gatewayReference: its referenceNo.
        ///   - head: the newest sequence number of the feed.
        static func all(_ reference: String, _ gatewayReference: String, head: Int) -> [List] {
            let day = "from=2000-01-01T00:00:00%2B07:00&to=2100-01-01T00:00:00%2B07:00"
            let middle = max(head / 2, 1)
            return [
                List(name: "transactions", path: "/v1/transactions"),
                List(name: "… by status", path: "/v1/transactions?status=success"),
                List(name: "… by another status", path: "/v1/transactions?status=failed"),
                List(
                    name: "… by referenceNo",
                    path: "/v1/transactions?referenceNo=\(gatewayReference)"
                ),
                List(name: "… by time", path: "/v1/transactions?by=created&\(day)"),
                List(name: "one transaction", path: "/v1/transactions/\(reference)"),
                List(name: "its dossier", path: "/v1/transactions/\(reference)/dossier"),
                List(name: "transitions, first", path: "/v1/transitions?after=0"),
                List(name: "… from the middle", path: "/v1/transitions?after=\(middle)"),
                List(name: "… newest", path: "/v1/transitions?after=\(max(head - 100, 0))"),
                List(name: "callbacks", path: "/v1/callbacks"),
                List(name: "… by reference", path: "/v1/callbacks?reference=\(reference)"),
                List(name: "… by outcome", path: "/v1/callbacks?outcome=applied"),
                List(name: "… by another outcome", path: "/v1/callbacks?outcome=conflict"),
                List(name: "… by time", path: "/v1/callbacks?\(day)"),
                List(name: "attention", path: "/v1/attention?state=open"),
                List(name: "consumers", path: "/v1/consumers"),
                List(name: "gateway report", path: "/v1/gateway-report"),
                List(name: "find, by amount", path: "/v1/find?amount=10000"),
                List(name: "… by another amount", path: "/v1/find?amount=12345"),
                List(name: "… by reference", path: "/v1/find?text=\(reference)"),
                List(name: "… by a part of a body", path: "/v1/find?text=none-has-this"),
                List(name: "summary", path: "/v1/summary?\(day)"),
                List(name: "overview", path: "/v1/overview"),
                List(name: "metrics", path: "/metrics"),
            ]
        }
    }

    static let columns = ["list", "status", "bytes", "first ms", "median ms", "max ms"]

    private let list: List
    private let status: String
    private let bytes: Int
    private let milliseconds: [Double]

    /// Requests one page so many times.
    init(_ list: List, times: Int, from server: ServerProcess) throws {
        self.list = list
        var durations: [Double] = []
        var response = ""
        for _ in 0..<times {
            let started = nanoseconds(CLOCK_MONOTONIC)
            response = try server.response(to: list.path)
            durations.append(Double(nanoseconds(CLOCK_MONOTONIC) - started) / 1e6)
        }
        milliseconds = durations
        status = String(response.dropFirst(9).prefix(3))
        bytes = response.utf8.count
    }

    var row: [Table.Cell] {
        [
            .text(list.name), .text(status), .count(bytes),
            .number(milliseconds.first ?? 0, digits: 2),
            .number(middle(milliseconds), digits: 2),
            .number(milliseconds.max() ?? 0, digits: 2),
        ]
    }
}
