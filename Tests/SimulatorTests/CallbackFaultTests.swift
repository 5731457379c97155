import HTTPCore
import HTTPServer
import Payments
import Snap
import Support
import Testing

@testable import Simulator
import Text

/// Each fault, as the merchant sees it.
struct CallbackFaultTests {
    /// The callbacks of one payment of 10000.00 with these faults.
    private func callbacks(
        _ faults: [String],
        merchant: Merchant = Merchant(),
        retrySeconds: [Int] = [],
        _ check: (Scene, [Request]) async throws -> Void
    ) async throws {
        try await Scene.with(merchant: merchant, { $0.retrySeconds = retrySeconds }) { scene in
            try await scene.generate("T-1")
            try await scene.pay("T-1", faults: faults)
            try await check(scene, scene.merchant.callbacks)
        }
    }

    @Test func `duplicates are the same bytes`() async throws {
        try await callbacks(["duplicate=2"]) { _, received in
            #expect(received.count == 3)
            #expect(Set(received.map(\.head.bytes)).count == 1)
            #expect(Set(received.map(\.body)).count == 1)
        }
    }

    @Test func `a body can come in chunks, with extensions`() async throws {
        try await callbacks(["framing=chunked"]) { scene, received in
            let callback = try #require(received.first)
            #expect(callback.head.framing == .chunked)
            #expect(callback.text.hasSuffix("}"))
            #expect(try scene.isAuthentic(callback))
        }
    }

    @Test func `blanks after a chunk size are sent, and no server has to take them`() async throws {
        try await callbacks(["framing=padded"]) { scene, received in
            #expect(received.isEmpty)
            let (_, payment) = try await scene.control("transactions/T-1")
            let attempts = payment["callbacks"]?.elements.first?["attempts"]?.elements ?? []
            #expect(attempts.map { $0["status"]?.integer } == [400])
        }
    }

    @Test func `every attempt can bear another external id`() async throws {
        try await callbacks(["duplicate=2", "external-id"]) { scene, received in
            #expect(Set(received.map { $0.field("X-EXTERNAL-ID") }).count == 3)
            let verdicts = try received.map { try scene.isAuthentic($0) }
            #expect(verdicts == [true, true, true])
        }
    }

    @Test func `a lost attempt does not arrive, the next one does`() async throws {
        try await callbacks(["drop=1"], retrySeconds: [0, 0]) { scene, received in
            #expect(received.count == 1)
            let (_, payment) = try await scene.control("transactions/T-1")
            let attempts = payment["callbacks"]?.elements.first?["attempts"]?.elements ?? []
            #expect(attempts.map { $0["error"]?.string } == ["dropped by the fault plan", nil])
        }
        try await callbacks(["drop"], retrySeconds: [0, 0]) { _, received in
            #expect(received.isEmpty)
        }
    }

    @Test func `a corrupted signature does not verify, the next one does`() async throws {
        let merchant = Merchant(answering: ["4015600"])
        try await callbacks(["signature=1"], merchant: merchant, retrySeconds: [0, 0]) {
            scene,
            received in
            let verdicts = try received.map { try scene.isAuthentic($0) }
            #expect(verdicts == [false, true])
        }
    }

    @Test func `a delivery is retried until it is confirmed, or given up`() async throws {
        for (codes, count) in [
            ([], 1), (["5005601"], 2), (["4045601", "2005601", "4095600"], 3),
        ] {
            try await callbacks([], merchant: Merchant(answering: codes), retrySeconds: [0, 0]) {
                _,
                received in
                #expect(received.count == count)
                #expect(Set(received.map { $0.field("X-SIGNATURE") }).count == 1)
            }
        }
    }

    @Test func `cancelled comes before success, or after it`() async throws {
        for (faults, codes) in [
            (["cancel-first"], ["05", "00"]), (["cancel-first", "reorder"], ["00", "05"]),
        ] {
            try await callbacks(faults) { _, received in
                let statuses = try received.map { try Notification($0.body).fact.status.code }
                #expect(statuses == codes)
            }
        }
    }

    @Test func `a callback is held back until a later one was sent`() async throws {
        try await Scene.with { scene in
            try await scene.generate("T-1")
            try await scene.generate("T-2")
            let body = #"{"wait":true,"faults":["reorder"]}"#
            let (status, _) = try await scene.control("transactions/T-1/pay", body)
            #expect(status == 202)
            #expect(scene.merchant.callbacks.isEmpty)
            try await scene.pay("T-2")
            // The held one goes now; this one waits for its own callback only.
            try await scene.pay("T-2")
            #expect(await Patience.reaches { scene.merchant.callbacks.count >= 3 })
            let references = try scene.merchant.callbacks.map {
                try Notification($0.body).fact.pair.originalReferenceNo.text
            }
            #expect(references.first == "T-2")
            #expect(references.sorted() == ["T-1", "T-2", "T-2"])
        }
    }

    @Test func `another amount is told than was paid`() async throws {
        try await callbacks(["amount=9999.00"]) { scene, received in
            let fact = try Notification(received[0].body).fact
            #expect(fact.amount?.sen == 999_900)
            let (_, payment) = try await scene.control("transactions/T-1")
            #expect(payment["amount"]?["value"]?.string == "10000.00")
        }
    }

    @Test(arguments: [
        ("string", #""value":"10000.00""#), ("number", #""value":10000.00"#),
        ("exponent", #""value":1.0E4"#),
    ])
    func `an amount is written in three ways`(_ form: String, _ text: String) async throws {
        try await callbacks(["amount-form=\(form)"]) { _, received in
            #expect(received[0].text.contains(text))
            let fact = try Notification(received[0].body).fact
            #expect(fact.amount?.sen == 1_000_000)
        }
    }

    @Test(arguments: [("url", Scene.registeredURL), ("path", "/v1.0/debit/notify")])
    func `the whole URL is signed, or its path`(_ form: String, _ path: String) async throws {
        try await callbacks(["signed=\(form)"]) { scene, received in
            let isAuthentic = try scene.isAuthentic(received[0], path: path)
            #expect(isAuthentic)
        }
    }

    @Test func `blanks can be sent that were not signed`() async throws {
        try await callbacks(["body=spaced"]) { scene, received in
            #expect(received[0].text.contains("\n"))
            let body = received[0].body
            let compact = minified(body.span)
            #expect(compact != nil)
            let isAuthentic = try scene.isAuthentic(received[0])
            #expect(isAuthentic)
        }
    }

    @Test func `the references swap their roles`() async throws {
        try await callbacks(["references=snap"]) { _, received in
            let pair = try Notification(received[0].body).fact.pair
            #expect(pair.originalPartnerReferenceNo.text == "T-1")
            #expect(pair.originalReferenceNo.text.hasPrefix("PAY"))
        }
    }

    @Test func `a percentage of payments shows the faults, the others none`() async throws {
        for (percent, count) in [(0, 4), (100, 8)] {
            try await Scene.with(faults: ["duplicate=1"], { $0.faultPercent = percent }) { scene in
                for number in 1...4 {
                    try await scene.generate("T-\(number)")
                    try await scene.pay("T-\(number)")
                }
                #expect(scene.merchant.callbacks.count == count)
            }
        }
    }
}
