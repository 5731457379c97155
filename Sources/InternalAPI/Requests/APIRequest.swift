import APIModel
import Configuration
import HTTPCore
import HTTPServer
import Payments
import Snap
import Text

/// A parsed request to the internal API.
struct APIRequest: Sendable {
    let head: RequestHead

    /// The segments of the path, percent-decoded.
    let segments: [String]

    /// The parameters of the query, after ``readQuery(lists:)``.
    private(set) var parameters: [(name: String, value: String)] = []

    /// The body; empty if there is none.
    let body: [UInt8]

    /// The permit of a large body, which is in use as long as the body.
    private let permit: BodyPermit?

    /// The values of the variable segments of the route, in the order of the path.
    var variables: [String] = []

    /// The token of the request; nil on routes that need none.
    var caller: Token?

    /// Parses the path; throws if it contains an invalid percent escape.
    ///
    /// The query is parsed later, by ``readQuery(lists:)``, because some routes ignore it.
    init(
        _ head: RequestHead,
        body: [UInt8] = [],
        permit: BodyPermit? = nil
    ) throws(Problem) {
        self.head = head
        self.body = body
        self.permit = permit
        guard let path = Self.segments(head[head.path]) else {
            throw Problem(.malformedRequest, "The path contains an invalid percent escape.")
        }
        segments = path
    }

    /// Parses the query; throws for an invalid percent escape or a duplicate parameter.
    ///
    /// - Parameter lists: the names of the parameters that may be given more than once.
    mutating func readQuery(lists: [String] = []) throws(Problem) {
        parameters = try Self.parameters(head, lists: lists)
    }

    /// Splits a path at its slashes and decodes each segment.
    ///
    /// Decoding follows splitting, so that an escaped slash is part of a segment.
    private static func segments(_ path: ArraySlice<UInt8>) -> [String]? {
        var segments: [String] = []
        for raw in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst()
        {
            guard let segment = percentDecoded(raw) else { return nil }
            segments.append(segment)
        }
        return segments
    }

    private static func parameters(
        _ head: RequestHead,
        lists: [String]
    ) throws(Problem) -> [(name: String, value: String)] {
        guard let query = head.query else { return [] }
        var parameters: [(name: String, value: String)] = []
        for raw in head[query].split(separator: UInt8(ascii: "&")) {
            let parts = raw.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard let name = percentDecoded(parts[0]),
                let value = percentDecoded(parts.count > 1 ? parts[1] : [])
            else {
                throw Problem(.malformedRequest, "The query contains an invalid percent escape.")
            }
            if !lists.contains(name), parameters.contains(where: { $0.name == name }) {
                throw Problem(.invalidParameter, "\(name) is given twice.", field: name)
            }
            parameters.append((name, value))
        }
        return parameters
    }

    /// Decodes percent escapes; nil if an escape is invalid or the result is not UTF-8.
    ///
    /// `+` stands for itself: RFC 3339 times are often sent unescaped.
    private static func percentDecoded(_ raw: ArraySlice<UInt8>) -> String? {
        PercentEncoding.decoded(raw).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

extension APIRequest {
    /// Throws if a parameter is not one of `names`, the parameters of the route.
    func allow(_ names: [String]) throws(Problem) {
        for parameter in parameters where !names.contains(parameter.name) {
            let known = names.isEmpty ? "none" : names.joined(separator: ", ")
            throw Problem(
                .unknownParameter,
                "\(parameter.name) is not a parameter of this route; known parameters: \(known).",
                field: parameter.name
            )
        }
    }

    /// The text of a parameter; nil if it is absent.
    func text(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// A parameter that is a whole number in `range`; nil if it is absent.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let value = Int64(digits: text.utf8), range.contains(value) else {
            let bounds =
                range.upperBound == .max
                ? "a whole number from \(range.lowerBound) on"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw Problem(.invalidParameter, "\(name) must be \(bounds).", field: name)
        }
        return value
    }

    /// The parameter `limit`: 1 to 1000; 100 if it is absent.
    func limit() throws(Problem) -> Int { Int(try integer("limit", in: 1...1_000) ?? 100) }

    /// The parameter `wait`: 0 to 55 seconds; 0 if it is absent.
    func waitSeconds() throws(Problem) -> Int { Int(try integer("wait", in: 0...55) ?? 0) }

    /// The problem of a parameter whose value is not in a closed list.
    static func notOneOf(_ name: String, _ words: [String]) -> Problem {
        let list = words.joined(separator: ", ")
        return Problem(.invalidParameter, "\(name) must be one of \(list).", field: name)
    }
}

extension APIRequest {
    /// A parameter that is a list of words of `statuses`, such as `to=success&to=refunded` or
    /// `to=success,refunded`; nil if it is absent.
    func statuses(
        _ name: String,
        among statuses: [TransactionStatus]
    ) throws(Problem) -> Set<TransactionStatus>? {
        let texts = parameters.filter { $0.name == name }.map(\.value)
        guard !texts.isEmpty else { return nil }
        var found: Set<TransactionStatus> = []
        for word in texts.joined(separator: ",").split(
            separator: ",",
            omittingEmptySubsequences: false
        ) {
            guard let status = TransactionStatus(word: word), statuses.contains(status) else {
                let words = statuses.map(\.word).joined(separator: ", ")
                throw Problem(
                    .invalidParameter,
                    "\(name) must be one or more of \(words), separated by commas or given once "
                        + "for each.",
                    field: name
                )
            }
            found.insert(status)
        }
        return found
    }
}

extension APIRequest {
    /// A parameter that is a Jakarta day, which stands for its start, or an RFC 3339 time.
    ///
    /// - Returns: milliseconds since the epoch; nil if it is absent.
    func milliseconds(_ name: String) throws(Problem) -> Int64? {
        guard let text = text(name) else { return nil }
        if let milliseconds = JakartaTime.milliseconds(text) { return milliseconds }
        throw Problem(
            .invalidParameter,
            "\(name) must be \(JakartaTime.forms).",
            field: name
        )
    }
}

extension APIRequest {
    /// A parameter that is an amount of rupiah; nil if it is absent.
    ///
    /// A literal such as `15.000` is refused, because its point can be a decimal point or separate
    /// thousands.
    func amount(_ name: String) throws(Problem) -> Amount? {
        guard let text = text(name) else { return nil }
        if let problem = RupiahLiteralProblem(text) {
            throw Problem(.invalidParameter, "\(name): \(problem).", field: name)
        }
        guard let amount = Amount(text: text.utf8.span) else {
            throw Problem(
                .invalidParameter,
                "\(name) must be rupiah such as 25000 or 25000.00.",
                field: name
            )
        }
        return amount
    }
}

extension APIMembers {
    /// A member that is a Jakarta day, which stands for its start, or an RFC 3339 time.
    ///
    /// - Returns: milliseconds since the epoch; nil if it is absent.
    func milliseconds(_ name: String) throws(Problem) -> Int64? {
        guard let text = try text(name, expected: JakartaTime.forms) else { return nil }
        if let milliseconds = JakartaTime.milliseconds(text) { return milliseconds }
        throw Self.invalid(name, expected: JakartaTime.forms)
    }
}

extension APIRequest {
    /// A parameter that is the name of a consumer; nil if it is absent.
    package func consumerName(_ name: String) throws(Problem) -> String? {
        guard let text = text(name) else { return nil }
        guard ConsumerName.isValid(text) else {
            throw Problem(
                .invalidParameter,
                "\(name) must be \(ConsumerName.expected).",
                field: name
            )
        }
        return text
    }
}
