import Foundation

/// A promise of the receiver, checked again and again while a soak runs, and at its end.
protocol SoakInvariant: Sendable {
    /// What must hold, in words.
    static var name: String { get }

    static var moment: SoakMoment { get }

    init()

    /// Checks it now. An error of a connection means that the receiver was away.
    mutating func check(_ scene: SoakScene) throws

    /// Checks it when everything has come to rest.
    mutating func checkAtEnd(_ scene: SoakScene) throws
}

/// When a promise is checked.
enum SoakMoment {
    /// As long as the plan runs, and at the end.
    case always
    /// When everything has come to rest.
    case atEnd
    /// By the step that it is about.
    case atSteps
}

extension SoakInvariant {
    static var moment: SoakMoment { .always }

    mutating func check(_ scene: SoakScene) throws {}
    mutating func checkAtEnd(_ scene: SoakScene) throws { try check(scene) }

    func fail(_ text: String, _ scene: SoakScene) { scene.findings.add(text, by: Self.name) }
}

/// All of them. A few are checked where something is done: at a response, at a backup, at the
/// start of a consumer.
enum SoakInvariants {
    static let all: [any SoakInvariant.Type] = [
        AcknowledgedIsKept.self, AcknowledgedReachesTheFeed.self, FeedIsDense.self,
        ReadersSeeOneOrder.self, OffsetsAreReached.self, ReadersAdvance.self,
        ForwardedInOrder.self, OneSuccessPerPayment.self, MoneyIsShown.self,
        RoutesAgree.self, EntriesClose.self, BackupsAreComplete.self,
        ResponsesAreExpected.self, ReceiverRuns.self,
    ]
}

/// Checked at each response to a step.
struct ResponsesAreExpected: SoakInvariant {
    static let name = "responses are those of the documentation"
    static let moment = SoakMoment.atSteps
}

/// Checked at each backup.
struct BackupsAreComplete: SoakInvariant {
    static let name = "a backup verifies, and has what was acknowledged before it"
    static let moment = SoakMoment.atSteps
}

/// Every callback that was answered 2005600 is in every later read of the journal.
struct AcknowledgedIsKept: SoakInvariant {
    static let name = "each 2005600 is in every later read"

    /// How many have been looked for, in the order of their acknowledgement.
    private var seenCount = 0
    private var random = SystemRandomNumberGenerator()

    /// New ones, and old ones at random.
    mutating func check(_ scene: SoakScene) throws {
        let all = scene.ledger.acknowledged
        let new = all[seenCount..<min(all.count, seenCount + 40)]
        for callback in new { try look(for: callback, scene) }
        seenCount += new.count
        for callback in all.prefix(seenCount).shuffled(using: &random).prefix(5) {
            try look(for: callback, scene)
        }
    }

    /// All, in one reading of the whole journal.
    mutating func checkAtEnd(_ scene: SoakScene) throws {
        var ids: Set<String> = []
        var references: Set<String> = []
        var query = ""
        while true {
            let page = try scene.read("/v1/callbacks?limit=1000\(query)", by: Self.name)
            for callback in page["callbacks"].items where callback["outcome"].text != "refused" {
                if let id = callback["externalId"].text { ids.insert(id) }
                for name in ["originalPartnerReferenceNo", "originalReferenceNo"] {
                    if let reference = callback[name].text { references.insert(reference) }
                }
            }
            guard page["more"].bool == true, let next = page["next"].integer else { break }
            query = "&after=\(next)"
        }
        for callback in scene.ledger.acknowledged {
            let isKept = callback.externalID.map { ids.contains($0) } ?? true
            if !isKept || !references.contains(callback.reference) {
                fail("\(callback) is not in the journal", scene)
            }
        }
    }

    private func look(for callback: SoakLedger.Acknowledged, _ scene: SoakScene) throws {
        let query =
            callback.externalID.map { "externalId=\($0)" }
            ?? "reference=\(callback.reference)"
        let found = try scene.read("/v1/callbacks?\(query)", by: Self.name)["callbacks"].items
        if !found.contains(where: { $0["outcome"].text != "refused" }) {
            fail("\(callback) is not in the journal", scene)
        }
    }
}

/// An acknowledged success of a payment that the gateway knows reaches the feed, once nothing
/// disturbs the queries any more.
struct AcknowledgedReachesTheFeed: SoakInvariant {
    static let name = "each acknowledged success reaches the feed"
    static let moment = SoakMoment.atEnd

    mutating func checkAtEnd(_ scene: SoakScene) throws {
        let paid = Set(
            scene.feed.entries(after: 0).filter { $0.to == "success" }.map(\.reference)
        )
        for callback in scene.ledger.acknowledged
        where callback.externalID != nil && !paid.contains(callback.reference) {
            if scene.ledger.payment(callback.reference).isOperated { continue }
            let shown = try scene.call("GET", "/v1/transactions/\(callback.reference)").text
            fail("\(callback) is not in the feed: \(shown)", scene)
        }
    }
}

/// The numbers are 1, 2, 3, …; the head never goes back, and all up to it can be read.
struct FeedIsDense: SoakInvariant {
    static let name = "the feed is dense, and its prefix stable"

    private var head = 0
    private var feed: String?

    mutating func check(_ scene: SoakScene) throws {
        let start = max(0, scene.feed.head - Int.random(in: 0...400))
        try read(scene, after: start, limit: Int.random(in: 1...1_000))
    }

    mutating func checkAtEnd(_ scene: SoakScene) throws {
        var offset = 0
        repeat { offset = try read(scene, after: offset, limit: 1_000) } while offset < head
    }

    @discardableResult
    private mutating func read(_ scene: SoakScene, after: Int, limit: Int) throws -> Int {
        let known = scene.feed.head
        let target = "/v1/transitions?after=\(after)&limit=\(limit)"
        let page = try scene.read(target, by: Self.name)
        let head = page["head"].integer ?? -1
        if head < max(self.head, known) {
            fail("the head is \(head), it was \(max(self.head, known))", scene)
        }
        self.head = max(self.head, head)
        if let feed, page["feed"].text != feed { fail("another feed: \(page["feed"])", scene) }
        feed = page["feed"].text
        let transitions = page["transitions"].items
        if transitions.count < min(limit, head - after) {
            fail("\(target): \(transitions.count) transitions, the head is \(head)", scene)
        }
        return scene.feed.observe(transitions, after: after, by: "a check")
    }
}

/// What one reader was given under a number, all are given.
struct ReadersSeeOneOrder: SoakInvariant {
    static let name = "all readers see prefixes of one order"

    mutating func check(_ scene: SoakScene) throws {
        for difference in scene.feed.takeDifferences() { fail(difference, scene) }
    }
}

/// A payment changes from the status that it has, and is paid once, unless an operator takes that
/// back or the gateway refunds it.
struct OneSuccessPerPayment: SoakInvariant {
    static let name = "one success per payment"

    private var seenCount = 0
    private var statuses: [String: String] = [:]

    mutating func check(_ scene: SoakScene) throws {
        for entry in scene.feed.entries(after: seenCount) {
            seenCount = entry.sequence
            let status = statuses[entry.reference]
            let from = entry.from == "created" ? nil : entry.from
            // Pending once for each code of the gateway.
            if from != status || (entry.to == status && status != "pending") {
                fail("\(entry): the payment was \(status ?? "not in the feed")", scene)
            }
            statuses[entry.reference] = entry.to
        }
    }
}

/// The receiver ends only when it is ended.
struct ReceiverRuns: SoakInvariant {
    static let name = "the receiver runs until it is ended, and logs no error"

    private var logCounts: [pid_t: Int] = [:]

    mutating func check(_ scene: SoakScene) throws {
        guard let daemon = scene.daemon else { return }
        let hasEnded = daemon.process.errors.waitForEnd(withinSeconds: 0)
        if hasEnded, scene.daemon === daemon {
            fail("it has ended: \(daemon.log.suffix(20).joined(separator: "\n"))", scene)
        }
        let log = daemon.log
        let seen = logCounts[daemon.process.id] ?? 0
        for line in log[min(seen, log.count)...] where line.contains("level=error") {
            // Those of a configuration that is broken on purpose.
            let isWanted = ["message=configuration", "reload refused"].contains(
                where: line.contains
            )
            if !isWanted { fail(line, scene) }
        }
        logCounts[daemon.process.id] = log.count
        scene.measureMemory()
    }
}
