import Foundation

/// What a receiver shows: each target of a read, with its response.
struct RotReads {
    /// Responses with the status 200; a feed without what was added later.
    private(set) var shown: [String: String] = [:]

    /// Targets that were refused, with their responses.
    private(set) var refused: [String: String] = [:]

    /// Targets that show the same whatever is received later.
    let lasting: [String]

    /// Targets that list what is received later, too.
    private let lists: [String]

    static let refusedList = "/v1/callbacks?limit=1000&outcome=refused"
    private static let feed = "/v1/transitions?after=0&limit="

    /// Reads all that there is.
    init(all daemon: Daemon) throws {
        let head = try daemon.get("/v1/transitions?after=latest").json["head"].integer ?? 0
        let payments = try daemon.get("/v1/transactions?limit=1000").json["transactions"].items
        let outcomes = ["applied", "duplicate", "replayed", "ignored", "awaitingQuery", "invalid"]
        lasting =
            [Self.feed + "\(head)", "/v1/attention?state=all&limit=1000"]
            + payments.compactMap { $0["partnerReferenceNo"].text }
            .flatMap { ["/v1/transactions/\($0)", "/v1/transactions/\($0)/dossier"] }
        lists =
            ["/v1/transactions?limit=1000", "/v1/summary?by=created", "/v1/consumers"]
            + [Self.refusedList]
            + outcomes.map { "/v1/callbacks?limit=1000&outcome=\($0)" }
        try read(daemon, lasting + lists)
    }

    /// Reads the same targets as `other` did.
    ///
    /// - Parameter isLater: whether something was received since.
    init(_ daemon: Daemon, as other: RotReads, isLater: Bool) throws {
        (lasting, lists) = (other.lasting, other.lists)
        try read(daemon, isLater ? lasting : lasting + lists)
    }

    private mutating func read(_ daemon: Daemon, _ targets: [String]) throws {
        for target in targets {
            let response = try daemon.get(target)
            guard response.status == 200 else {
                refused[target] = "\(response.status) \(response.text)"
                continue
            }
            shown[target] =
                target.hasPrefix(Self.feed)
                ? Self.transitions(response) : Self.withoutTime(response.text)
        }
    }

    /// Without the head, which grows.
    private static func transitions(_ response: RawResponse) -> String {
        response.json["transitions"].items.map { "\($0)" }.joined(separator: "\n")
    }

    /// Without the time at which a dossier was made.
    private static func withoutTime(_ text: String) -> String {
        guard let name = text.firstRange(of: "\"madeAt\":\"") else { return text }
        let rest = text[name.upperBound...].drop { $0 != "\"" }
        return String(text[..<name.lowerBound] + rest)
    }

    /// Removes what a second read shows otherwise, because it has the time in it.
    mutating func removeChanges(_ other: RotReads) -> Int {
        let changed = shown.filter { other.shown[$0.key] != $0.value }.keys
        for target in changed { shown[target] = nil }
        return changed.count
    }

    /// What these show otherwise than `truth`, a line each.
    func differences(from truth: RotReads) -> [String: String] {
        var found: [String: String] = [:]
        for (target, text) in shown {
            guard let expected = truth.shown[target], expected != text else { continue }
            let common = zip(text, expected).prefix { $0 == $1 }.count
            let part = { (text: String) in String(text.dropFirst(max(common - 40, 0)).prefix(120)) }
            found[target] = "\(target): shown …\(part(text))…, but it is …\(part(expected))…"
        }
        return found
    }
}
