import Crypto
import Foundation
import Support
import Testing

/// What an operator decides is a fact: it stands, its redeliveries are acknowledged, and it can be
/// undone.
@Suite(.blocking)
struct OperatorDecisionTests {
    private static func body(_ text: String) -> String {
        text.replacingOccurrences(of: "'", with: "\"")
    }

    /// A payment generated over 10000.00, and the success over 9000.00 that was refused for it.
    private struct Mismatch {
        let pair: Pair
        let callback: Callback
        let request: WireRequest

        /// The number of its entry.
        let entry: Int

        var daemon: Daemon { pair.daemon }

        init() throws {
            pair = try Pair(set: ["reconcile.enabled=false"])
            let generated = try pair.daemon.generate("TRX-1")
            #expect(generated.status == 201, "\(generated.text)")
            let reference = try #require(generated.json["referenceNo"].text)
            callback = try Callback("TRX-1", reference, amount: "9000.00")
            request = try callback.request()
            let response = try pair.daemon.post(request)
            #expect(response.code == "4045613")
            entry = try #require(pair.daemon.attention("kind=amount-mismatch").first?["id"].integer)
        }

        func resolve(_ text: String) throws -> RawResponse {
            try daemon.post("/admin/attention/\(entry)/resolve", OperatorDecisionTests.body(text))
        }

        /// Every way in which the gateway may deliver the same fact again.
        var redeliveries: [(name: String, request: WireRequest)] {
            get throws {
                let signedAgain = callback.with {
                    $0.timestamp = JakartaNow.text(offsetSeconds: -5)
                }
                let renamed = callback.renamed().with {
                    $0.timestamp = JakartaNow.text(offsetSeconds: -9)
                }
                return [
                    ("the same bytes", request), ("signed again", try signedAgain.request()),
                    ("under another X-EXTERNAL-ID", try renamed.request()),
                ]
            }
        }
    }

    // MARK: Another amount than expected

    @Test func `a success over another amount is refused, and its entry names the payment`() throws
    {
        let scene = try Mismatch()
        let entry = try #require(scene.daemon.attention().first)
        #expect(entry["kind"].text == "amount-mismatch")
        #expect(entry["partnerReferenceNo"].text == "TRX-1")
        #expect(entry["callbackId"].integer != nil)
        let events = entry["events"].items
        #expect(events.count == 1)
        #expect(events.first?["callbackId"] == entry["callbackId"])
        let text = try #require(events.first?["text"].text)
        #expect(text.contains("9000.00") && text.contains("10000.00"), "\(text)")
        let transaction = try scene.daemon.transaction("TRX-1")
        #expect(transaction["status"].text == "pending")
        #expect(transaction["attention"] == .array([.string("amount-mismatch")]))
        // A redelivery gets the same response code and is counted in the same entry.
        for (name, request) in try scene.redeliveries {
            #expect(try scene.daemon.post(request).code == "4045613", "\(name)")
        }
        #expect(try scene.daemon.attention().map { $0["id"].integer } == [scene.entry])
    }

    @Test func `the accepted amount is paid, and redeliveries of it are acknowledged`() throws {
        let scene = try Mismatch()
        let answer = try scene.resolve("{'note':'paid less, agreed','accept':'00'}")
        #expect(answer.status == 200, "\(answer.text)")
        let transition = answer.json["transition"]
        #expect(transition["source"].text == "operator")
        #expect(transition["operator"].text == "ops")
        #expect(transition["note"].text == "paid less, agreed")
        #expect(transition["to"].text == "success")
        #expect(transition["amount"]["value"].text == "9000.00")
        #expect(try scene.daemon.feed().last == transition)

        for (name, request) in try scene.redeliveries {
            #expect(try scene.daemon.post(request).code == "2005600", "\(name)")
        }
        let transaction = try scene.daemon.transaction("TRX-1")
        #expect(transaction["status"].text == "success")
        #expect(transaction["paidAmount"]["value"].text == "9000.00")
        #expect(transaction["amount"]["value"].text == "10000.00")
        #expect(transaction["paidAt"].text != nil)
        #expect(transaction["attention"] == .array([]))
        #expect(try scene.daemon.attention().isEmpty)
        #expect(try scene.daemon.attention("state=all").count == 1)
        #expect(try scene.daemon.feed().count == 2)
    }

    @Test func `a dry run shows the transition and writes nothing`() throws {
        let scene = try Mismatch()
        let before = try scene.daemon.transaction("TRX-1")
        let entry = try scene.daemon.attention()
        let decision = "{'note':'n','accept':'00','dryRun':true}"
        let dry = try scene.resolve(decision)
        #expect(dry.status == 200, "\(dry.text)")
        #expect(dry.json["dryRun"].bool == true)
        #expect(dry.json["transition"]["amount"]["value"].text == "9000.00")
        #expect(dry.json["transition"]["sequence"].integer == 2)
        #expect(dry.json["attention"]["resolvedAt"] == .null)
        let accept = try scene.daemon.post(
            "/admin/transactions/TRX-1/accept",
            Self.body("{'status':'05','note':'n','dryRun':true}")
        )
        #expect(accept.json["transition"]["to"].text == "cancelled", "\(accept.text)")
        #expect(try scene.daemon.transaction("TRX-1") == before)
        #expect(try scene.daemon.attention() == entry)
        #expect(try scene.daemon.feed().count == 1)
        #expect(try scene.daemon.post(scene.request).code == "4045613")
        // The real one gets the number that the dry run showed.
        let real = try scene.resolve("{'note':'n','accept':'00'}")
        #expect(real.json["transition"]["sequence"].integer == 2)
    }

    @Test func `an entry resolved by a note does not open again`() throws {
        let scene = try Mismatch()
        #expect(try scene.resolve("{'note':'a test of the gateway'}").status == 200)
        for (name, request) in try scene.redeliveries {
            #expect(try scene.daemon.post(request).code == "4045613", "\(name)")
        }
        #expect(try scene.daemon.attention().isEmpty)
        #expect(try scene.daemon.attention("state=all").count == 1)
        #expect(try scene.daemon.feed().count == 1)
        // Another amount is another fact.
        let other = try Callback("TRX-1", scene.callback.gateway, amount: "8000.00")
        #expect(try scene.daemon.post(other).code == "4045613")
        #expect(try scene.daemon.attention().count == 1)
    }

    @Test func `of several facts one is chosen by its amount or its callback`() throws {
        let scene = try Mismatch()
        let other = try Callback("TRX-1", scene.callback.gateway, amount: "8000.00")
        #expect(try scene.daemon.post(other).code == "4045613")
        let entry = try #require(scene.daemon.attention().first)
        #expect(entry["id"].integer == scene.entry, "one open entry of a kind")
        #expect(entry["events"].items.count == 2)
        let several = try scene.resolve("{'note':'n','accept':'00'}")
        check(several, 409, "several-facts", field: "amount")
        let detail = several.json["detail"].text ?? ""
        #expect(detail.contains("9000.00") && detail.contains("8000.00"), "\(detail)")
        let neither = try scene.resolve("{'note':'n','accept':'00','amount':'7000.00'}")
        check(neither, 409, "several-facts", field: "amount")
        #expect(try scene.daemon.attention().count == 1)

        // Any callback that carried the fact names it, not only the newest one.
        let id = try #require(entry["events"][1]["callbackId"].integer)
        let again = other.with { $0.timestamp = JakartaNow.text(offsetSeconds: -5) }
        #expect(try scene.daemon.post(again).code == "4045613")
        let newest = try scene.daemon.attention().first?["events"][1]["callbackId"].integer
        #expect(newest != id)
        let another = try #require(try Self.callbackOfAnother(scene.daemon))
        for unknown in [999_999, another] {
            let body = "{'note':'n','accept':'00','callbackId':\(unknown)}"
            check(try scene.resolve(body), 400, "invalid-member", field: "callbackId")
        }
        #expect(try scene.daemon.attention("kind=amount-mismatch").count == 1)
        let chosen = try scene.resolve("{'note':'n','accept':'00','callbackId':\(id)}")
        #expect(chosen.status == 200, "\(chosen.text)")
        #expect(chosen.json["transition"]["amount"]["value"].text == "8000.00")
        #expect(chosen.json["transition"]["callbackId"].integer == id)
        #expect(try scene.daemon.post(other).code == "2005600")
        #expect(try scene.daemon.attention("kind=amount-mismatch").isEmpty)
    }

    /// A callback of another payment.
    private static func callbackOfAnother(_ daemon: Daemon) throws -> Int? {
        _ = try daemon.post(Callback())
        return try daemon.callbacks().first?["id"].integer
    }

    // MARK: By reference

    @Test func `what an operator accepted can be undone by its reference`() throws {
        let scene = try Mismatch()
        #expect(try scene.resolve("{'note':'paid','accept':'00'}").status == 200)
        let target = "/admin/transactions/TRX-1/accept"
        let undo = try scene.daemon.post(target, Self.body("{'status':'05','note':'a mistake'}"))
        #expect(undo.status == 200, "\(undo.text)")
        #expect(undo.json["transition"]["from"].text == "success")
        #expect(undo.json["transition"]["to"].text == "cancelled")
        #expect(undo.json["transaction"]["status"].text == "cancelled")
        let feed = try scene.daemon.feed()
        #expect(feed.map { $0["to"].text } == ["pending", "success", "cancelled"])
        #expect(feed.last?["note"].text == "a mistake")
        #expect(try scene.daemon.attention().isEmpty)
    }

    @Test func `what the gateway said is not undone`() throws {
        let daemon = try Daemon(in: try Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let target = "/admin/transactions/\(callback.merchant)/accept"
        for status in ["00", "05", "06"] {
            let answer = try daemon.post(
                target,
                Self.body("{'status':'\(status)','amount':'10000.00','note':'n'}")
            )
            check(answer, 409, "not-allowed", field: "status")
            #expect(answer.json["detail"].text?.contains("from success by \(status)") == true)
        }
        #expect(try daemon.feed().count == 1)
        let refund = try daemon.post(
            target,
            Self.body("{'status':'04','amount':'4000.00','note':'sent back by hand'}")
        )
        #expect(refund.status == 200, "\(refund.text)")
        let transaction = try daemon.transaction(callback.merchant)
        #expect(transaction["status"].text == "refunded")
        #expect(transaction["refundedAmount"]["value"].text == "4000.00")
        #expect(transaction["paidAmount"]["value"].text == "10000.00")
    }

    @Test func `a payment that is not known is created, and needs an amount when paid`() throws {
        let daemon = try Daemon(in: try Workspace())
        let target = "/admin/transactions/TRX-9/accept"
        let without = try daemon.post(target, Self.body("{'status':'00','note':'n'}"))
        check(without, 400, "invalid-member", field: "amount")
        let dry = try daemon.post(
            target,
            Self.body("{'status':'00','amount':'5000.00','note':'n','dryRun':true}")
        )
        #expect(dry.json["transaction"] == .null, "\(dry.text)")
        #expect(try daemon.get("/v1/transactions/TRX-9").status == 404)
        let answer = try daemon.post(
            target,
            Self.body("{'status':'00','amount':'5000.00','note':'cash'}")
        )
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["transition"]["from"] == .null)
        let transaction = try daemon.transaction("TRX-9")
        #expect(transaction["status"].text == "success")
        #expect(transaction["paidAmount"]["value"].text == "5000.00")
        #expect(try daemon.feed().count == 1)
        // The gateway's own callback about it comes later and finds it as it is.
        let callback = try Callback("TRX-9", amount: "5000.00")
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().count == 1)
        #expect(try daemon.attention().isEmpty)
    }

    // MARK: Many at once

    @Test func `all entries of a kind are resolved at once, and none of another kind`() throws {
        let daemon = try Daemon(in: try Workspace())
        for _ in 0..<3 {
            let success = try Callback()
            #expect(try daemon.post(success).code == "2005600")
            let contradiction = try Callback(success.merchant, success.gateway, status: "05")
            #expect(try daemon.post(contradiction).code == "2005600")
        }
        let cancelled = try Callback(status: "05")
        #expect(try daemon.post(cancelled).code == "2005600")
        #expect(try daemon.post(Callback(cancelled.merchant, cancelled.gateway)).code == "2005600")
        let resolve = { (kind: String, before: String) in
            try daemon.post(
                "/admin/attention/resolve",
                Self.body("{'kind':'\(kind)','before':'\(before)','note':'looked at'}")
            )
        }
        let tomorrow = JakartaNow.text(offsetSeconds: 86_400)
        check(try resolve("contradicts", tomorrow), 400, "invalid-member", field: "kind")
        check(try resolve("contradicts-success", "soon"), 400, "invalid-member", field: "before")
        #expect(try resolve("contradicts-success", "2020-01-01").json["resolved"].integer == 0)
        #expect(try resolve("contradicts-success", tomorrow).json["resolved"].integer == 3)
        #expect(try resolve("contradicts-success", tomorrow).json["resolved"].integer == 0)
        #expect(try daemon.attention("kind=contradicts-success").isEmpty)
        #expect(try daemon.attention("kind=late-success").count == 1)
        let resolved = try daemon.attention("state=resolved")
        #expect(resolved.count == 3)
        #expect(resolved.allSatisfy { $0["note"].text == "looked at" })
        #expect(try daemon.feed().count == 4)
    }
}
