import Foundation

// What operators do.
extension SoakSteps {
    func decide(_ step: SoakStep) throws {
        switch step.verb {
        case .accept: try accept(step.arguments[0], "00", "seen in the bank's statement")
        case .undo: try accept(step.arguments[0], "05", "the statement was another one's")
        case .resolve: try resolve()
        case .replay: try replay(step.arguments[0])
        case .query:
            let body = "{\"partnerReferenceNo\":\"\(step.arguments[0])\"}"
            expect(try scene.call("POST", "/admin/qr/query", body), [200, 404, 409], step)
        default: expect(try scene.call("POST", "/admin/reconcile"), [202], step)
        }
    }

    private func expect(_ response: RawResponse, _ statuses: [Int], _ step: SoakStep) {
        if statuses.contains(response.status) || response.status >= 500 { return }
        scene.findings.add("\(step): \(response.text)", by: ResponsesAreExpected.name)
    }

    private func accept(_ reference: String, _ status: String, _ note: String) throws {
        let target = "/admin/transactions/\(reference)/accept"
        let amount = status == "00" ? ",\"amount\":\"10000.00\"" : ""
        // Even without a response it may have been decided.
        scene.ledger.change(reference) { $0.isOperated = true }
        let body = "{\"status\":\"\(status)\"\(amount),\"note\":\"\(note)\"}"
        let response = try scene.call("POST", target, body)
        if response.status == 200 {
            scene.findings.count(.decisions)
            // Null if the payment has the status already.
            let transition = response.json["transition"]
            if transition != .null { scene.feed.observe(transition, by: "an operator") }
        } else if ![404, 409].contains(response.status), response.status < 500 {
            let text = "accept \(reference): \(response.text)"
            scene.findings.add(text, by: ResponsesAreExpected.name)
        }
    }

    /// Resolves the newest entry about a payment by a note.
    private func resolve() throws {
        let entries = try scene.call("GET", "/v1/attention?state=open").json["attention"].items
        guard let entry = entries.first(where: { $0["partnerReferenceNo"].text != nil }),
            let id = entry["id"].integer, let reference = entry["partnerReferenceNo"].text
        else { return }
        scene.ledger.change(reference) { $0.isOperated = true }
        let response = try scene.call("POST", "/admin/attention/\(id)/resolve", #"{"note":"seen"}"#)
        if response.status == 200 { scene.findings.count(.decisions) }
    }

    /// Judges callbacks of one outcome again; what changes is in the feed.
    private func replay(_ outcome: String) throws {
        let body = "{\"outcome\":\"\(outcome)\"}"
        let response = try scene.call("POST", "/admin/callbacks/replay", body)
        guard response.status == 200 else { return }
        scene.findings.count(.decisions)
        let sequences = response.json["results"].items.compactMap { $0["sequence"].integer }
        guard let first = sequences.min(), let last = sequences.max() else { return }
        let limit = min(last - first + 1, 1_000)
        let page = try scene.call("GET", "/v1/transitions?after=\(first - 1)&limit=\(limit)")
        guard page.status == 200 else { return }
        scene.feed.observe(page.json["transitions"].items, after: first - 1, by: "a replay")
        if limit < 1_000, page.json["next"].integer ?? 0 < last {
            let text = "a replay wrote \(last), the feed ends at \(page.json["next"])"
            scene.findings.add(text, by: RoutesAgree.name)
        }
    }
}
