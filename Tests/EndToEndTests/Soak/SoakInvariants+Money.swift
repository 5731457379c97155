import Foundation
import Support

/// Money that the gateway has seen is in the feed, or on the attention list, in the end.
struct MoneyIsShown: SoakInvariant {
    static let name = "money seen by the gateway is in the feed or on the attention list"
    static let moment = SoakMoment.atEnd

    mutating func checkAtEnd(_ scene: SoakScene) throws {
        for payment in try Self.missing(scene, of: scene.gateway.payments()).values {
            fail(payment, scene)
        }
    }

    /// Those of the gateway's payments that the receiver has not shown yet, by their references,
    /// each with what it shows.
    static func missing(_ scene: SoakScene, of payments: [JSON]) throws -> [String: String] {
        let entries = try references(ofEntries: scene)
        let statuses = Dictionary(
            scene.feed.entries(after: 0).map { ($0.reference, $0.to) }
        ) { $1 }
        let acknowledged = Set(scene.ledger.acknowledged.map(\.reference))
        var missing: [String: String] = [:]
        for payment in payments {
            guard let reference = payment["partnerReferenceNo"].text,
                !entries.contains(reference)
            else { continue }
            let known = scene.ledger.payment(reference)
            let isAcknowledged =
                acknowledged.contains(reference)
                || payment["callbacks"].items.contains { $0["confirmed"].bool == true }
            // One made elsewhere is known by its callbacks only.
            guard known.isGenerated || isAcknowledged, !known.isOperated else { continue }
            // Generated while the clock was ahead.
            let isAhead = payment["validityPeriod"].text ?? "" > JakartaNow.text(offsetSeconds: 60)
            // Not paid at the end of its validity, whatever the gateway makes of it later.
            let isAbandoned = statuses[reference] == "cancelled"
            let expected =
                switch payment["latestTransactionStatus"].text {
                case "00": "success"
                case "05": "cancelled"
                // It ends soon, at the end of its validity.
                default: isAhead || isAbandoned ? statuses[reference] : "a final status"
                }
            if statuses[reference] == expected { continue }
            let shown = try scene.call("GET", "/v1/transactions/\(reference)").json
            // Not heard of: queried at the end of its validity.
            if isAhead, !isAcknowledged, shown["checks"]["nextQueryAt"] != .null { continue }
            let status = payment["latestTransactionStatus"]
            missing[reference] = "\(reference), \(status) at the gateway: \(shown)"
        }
        return missing
    }

    /// The payments that have been on the attention list.
    private static func references(ofEntries scene: SoakScene) throws -> Set<String> {
        var references: Set<String> = []
        var query = ""
        while true {
            let page = try scene.read("/v1/attention?state=all&limit=1000\(query)", by: name)
            let items = page["attention"].items
            references.formUnion(items.compactMap { $0["partnerReferenceNo"].text })
            guard page["more"].bool == true, let next = page["next"].integer else { break }
            query = "&after=\(next)"
        }
        return references
    }
}

/// Of one payment and kind one entry is open at most; at the end only what contradicts is open.
struct EntriesClose: SoakInvariant {
    static let name = "entries close"

    /// Those that only a person closes.
    private static let lasting: Set<String> = [
        "amount-mismatch", "reference-mismatch", "unexpected-refund", "possible-second-payment",
        "payment-after-refund", "contradicts-success", "qr-refused",
    ]

    mutating func check(_ scene: SoakScene) throws {
        let page = try scene.read("/v1/attention?state=open&limit=1000", by: Self.name)
        var seen: Set<[String]> = []
        for entry in page["attention"].items {
            guard let reference = entry["partnerReferenceNo"].text, let kind = entry["kind"].text
            else { continue }
            if !seen.insert([reference, kind]).inserted {
                fail("two open entries \(kind) of \(reference)", scene)
            }
        }
    }

    mutating func checkAtEnd(_ scene: SoakScene) throws {
        // The watch decides once a second: on a busy machine it writes an entry after its cause has
        // gone, and closes it in its next turn.
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        var left = try Self.unexpected(scene)
        while !left.isEmpty, Date() < deadline {
            usleep(200_000)
            left = try Self.unexpected(scene)
        }
        for entry in left { fail(entry, scene) }
    }

    /// The open entries for which there is no reason (any more).
    static func unexpected(_ scene: SoakScene) throws -> [String] {
        let page = try scene.read("/v1/attention?state=open&limit=1000", by: name)
        return page["attention"].items.filter { entry in
            let kind = entry["kind"].text ?? ""
            guard let reference = entry["partnerReferenceNo"].text else { return true }
            let payment = scene.ledger.payment(reference)
            if payment.contradictions.contains(kind) { return false }
            return !(payment.isOperated && lasting.contains(kind))
        }.map { "\($0)" }
    }
}

/// What one route shows of a payment, all show.
struct RoutesAgree: SoakInvariant {
    static let name = "what one route shows, all show"

    mutating func check(_ scene: SoakScene) throws {
        let entries = scene.feed.entries(after: max(0, scene.feed.head - 100))
        for entry in [entries.last, entries.randomElement()].compactMap({ $0 }) {
            try compare(entry.reference, scene)
        }
    }

    mutating func checkAtEnd(_ scene: SoakScene) throws {
        let references = Set(scene.feed.entries(after: 0).map(\.reference))
        for reference in references.shuffled().prefix(15) { try compare(reference, scene) }
        try checkList(scene, references)
        try checkOverview(scene)
    }

    private func compare(_ reference: String, _ scene: SoakScene) throws {
        let target = "/v1/transactions/\(reference)"
        let known = scene.feed.entries(after: 0).last { $0.reference == reference }
        let transaction = try scene.read(target, by: Self.name)
        let transitions = transaction["transitions"].items
        for transition in transitions { scene.feed.observe(transition, by: target) }
        let last = transitions.last
        if transaction["status"] != last?["to"]
            || transaction["lastSequence"] != last?["sequence"]
            || (last?["sequence"].integer ?? 0) < known?.sequence ?? 0
        {
            fail("\(transaction), the feed has \(String(describing: known))", scene)
        }
        let item = try listed(transaction, scene)
        let callback = try last?["callbackId"].integer.map {
            try scene.read("/v1/callbacks/\($0)", by: Self.name)
        }
        let found = try scene.read("/v1/find?text=\(reference)", by: Self.name)["results"].items
        let open = try scene.read("/v1/attention?state=open&limit=1000", by: Self.name)
        let own = open["attention"].items.filter { $0["partnerReferenceNo"].text == reference }
        let again = try scene.read(target, by: Self.name)
        // It has changed meanwhile: the next round looks again.
        guard again["lastSequence"] == transaction["lastSequence"],
            again["attention"] == transaction["attention"]
        else { return }
        if item["status"] != transaction["status"]
            || item["lastSequence"] != transaction["lastSequence"]
        {
            fail("the list has \(item), the payment is \(transaction)", scene)
        }
        if let callback, callback["sequence"] != last?["sequence"] {
            fail("the callback is \(callback), the payment \(transaction)", scene)
        }
        if !found.contains(where: { $0["partnerReferenceNo"].text == reference }) {
            fail("find has \(found), the payment is \(transaction)", scene)
        }
        let kinds = Set(own.compactMap { $0["kind"].text })
        if kinds != Set(transaction["attention"].items.compactMap(\.text)) {
            fail("the open entries are \(kinds), the payment \(transaction)", scene)
        }
    }

    /// The payment in the list; null if it is not there.
    private func listed(_ transaction: JSON, _ scene: SoakScene) throws -> JSON {
        let other = transaction["referenceNo"].text
        let query = other.map { "referenceNo=\($0)" } ?? "limit=1000"
        let list = try scene.read("/v1/transactions?\(query)", by: Self.name)
        return list["transactions"].items.first {
            $0["partnerReferenceNo"] == transaction["partnerReferenceNo"]
        } ?? .null
    }

    /// All payments of the feed are in the list, page by page.
    private func checkList(_ scene: SoakScene, _ references: Set<String>) throws {
        var listed: Set<String> = []
        var query = ""
        while true {
            let page = try scene.read("/v1/transactions?limit=1000\(query)", by: Self.name)
            listed.formUnion(
                page["transactions"].items.compactMap { $0["partnerReferenceNo"].text }
            )
            guard page["more"].bool == true, let next = page["next"].text else { break }
            query = "&cursor=\(next)"
        }
        let missing = references.subtracting(listed)
        if !missing.isEmpty { fail("not in the list: \(missing.sorted())", scene) }
    }

    /// The overview is made again every two seconds.
    private func checkOverview(_ scene: SoakScene) throws {
        let head = scene.feed.head
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        var shown: JSON
        repeat {
            shown = try scene.read("/v1/overview", by: Self.name)["head"]
        } while shown.integer ?? 0 < head && Date() < deadline
        if shown.integer ?? 0 < head {
            fail("the overview has the head \(shown), not \(head)", scene)
        }
    }
}
