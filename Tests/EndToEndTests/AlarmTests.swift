import Crypto
import Foundation
import Support
import Testing

/// The entries about the operation of the receiver, raised and closed by traffic.
@Suite(.blocking)
struct AlarmTests {
    @Test func `callbacks signed with a key that is not configured are reported`() throws {
        let daemon = try Daemon(in: Workspace())
        let other = try RSAPrivateKey.generate()
        for _ in 0..<3 { #expect(try daemon.post(Callback(key: other)).code == "4015600") }
        let raised = try daemon.attentionEntry("callbacks-refused")
        let detail = raised["detail"].text ?? ""
        #expect(detail.hasPrefix("3 callbacks were refused, most with 4015600"), "\(detail)")
        #expect(detail.contains("Diagnosis: "), "\(detail)")
        #expect(raised["partnerReferenceNo"] == .null)
        // Such an entry is about no fact, so no status can be accepted through it.
        let id = raised["id"].integer ?? 0
        let body = "{\"note\":\"n\",\"accept\":\"00\",\"amount\":\"1\"}"
        #expect(try daemon.call("POST", "/admin/attention/\(id)/resolve", body).status >= 400)
        #expect(try daemon.post(Callback()).code == "2005600")
        let closed = try daemon.attentionEntry("callbacks-refused", isOpen: false)
        #expect(closed["resolvedBy"].text == "receiver")
        #expect(closed["note"].text == "a callback was accepted")
    }

    @Test func `an authentic callback from an address that is not allowed is kept and reported`()
        throws
    {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace, set: ["notify.allowedAddresses=[\"192.0.2.1\"]"])
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "4035601")
        let kept = try #require(daemon.callbacks("reference=\(callback.merchant)").first)
        #expect(kept["outcome"].text == "invalid")
        #expect(kept["responseCode"].text == "4035601")
        let listed = try daemon.attention("kind=invalid-callback")
        #expect(listed.map { $0["callbackId"].integer } == [kept["id"].integer])
        let detail = try daemon.attentionEntry("callbacks-refused")["detail"].text ?? ""
        #expect(detail.contains("the signature of 1 verified"), "\(detail)")
        #expect(try daemon.feed().isEmpty)
        #expect(try daemon.stop() == .exited(0))
        // Once the address is allowed, the same delivery counts.
        let open = try Daemon(in: workspace)
        #expect(try open.post(callback).code == "2005600")
        #expect(try open.feed().count == 1)
        _ = try open.attentionEntry("callbacks-refused", isOpen: false)
        #expect(try open.attention("state=open").isEmpty)
    }

    @Test func `an authentic callback of another merchant is reported`() throws {
        let daemon = try Daemon(in: Workspace())
        let foreign = try Callback().with { $0.partnerID = "CID-OTHER" }
        #expect(try daemon.post(foreign).code == "4015600")
        let detail = try daemon.attentionEntry("callbacks-refused")["detail"].text ?? ""
        #expect(detail.hasPrefix("1 callback was refused"), "\(detail)")
    }

    @Test func `a clock that differs from the gateway's is reported until it agrees`() throws {
        let daemon = try Daemon(in: Workspace())
        for _ in 0..<3 {
            let late = try Callback().with { $0.timestamp = JakartaNow.text(offsetSeconds: -900) }
            #expect(try daemon.post(late).code == "2005600")
        }
        let detail = try daemon.attentionEntry("clock-difference")["detail"].text ?? ""
        #expect(detail.contains("s ahead of the gateway's"), "\(detail)")
        #expect(try daemon.post(Callback()).code == "2005600")
        let closed = try daemon.attentionEntry("clock-difference", isOpen: false)
        #expect(closed["note"].text == "the clocks agree again")
    }

    @Test func `payments that only queries confirm are reported until a callback arrives`() throws {
        let quick = ["reconcile.graceSeconds=0", "reconcile.whileOpenSeconds=[1,2,3,5,9]"]
        let pair = try Pair(set: quick)
        #expect(try pair.daemon.generate("TRX-0").status == 201)
        #expect(try pair.gateway.pay("TRX-0").status == 200)
        _ = try pair.daemon.transaction("TRX-0", until: "success")
        #expect(try pair.daemon.stop() == .exited(0))
        try pair.daemon.workspace.runSQL(
            """
            UPDATE callbacks SET received_at = received_at - 7200000,
                last_received_at = last_received_at - 7200000;
            """
        )

        let daemon = try pair.restarted(set: quick)
        for number in 1...3 {
            #expect(try daemon.generate("TRX-\(number)").status == 201)
            #expect(try pair.gateway.pay("TRX-\(number)", faults: ["drop"]).status == 200)
            _ = try daemon.transaction("TRX-\(number)", until: "success")
        }
        let detail = try daemon.attentionEntry("no-callbacks")["detail"].text ?? ""
        #expect(detail.hasPrefix("3 payments were confirmed by queries"), "\(detail)")
        #expect(try daemon.generate("TRX-4").status == 201)
        #expect(try pair.gateway.pay("TRX-4").status == 200)
        let closed = try daemon.attentionEntry("no-callbacks", isOpen: false)
        #expect(closed["note"].text == "a callback arrived")
    }
}
