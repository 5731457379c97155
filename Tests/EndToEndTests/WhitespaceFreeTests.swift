import Support
import Testing

/// `notify.signatureBodies` with `"whitespaceFree"`: a gateway that removes all white space.
@Suite(.blocking)
struct WhitespaceFreeTests {
    private static let setting = "notify.signatureBodies=['raw','minified','whitespaceFree']"

    /// A callback whose blanks are removed before it is signed.
    private func callback() throws -> Callback {
        try Callback().with {
            $0.body.others = [#""transactionStatusDesc":"Paid in full""#]
            $0.signedBody = $0.body.bytes.filter { $0 != 0x20 }
        }
    }

    @Test func `it is accepted only where it is configured`() throws {
        #expect(try Daemon(in: Workspace()).post(callback()).code == "4015600")
        let daemon = try Daemon(in: Workspace(), set: [Self.setting])
        #expect(try daemon.post(callback()).code == "2005600")
        #expect(try daemon.callbacks().first?["match"]["body"].text == "whitespaceFree")
    }

    @Test func `a redelivery has the same bytes, and other bytes are another callback`() throws {
        let daemon = try Daemon(in: Workspace(), set: [Self.setting])
        let callback = try callback()
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.post(callback).code == "2005600")
        var kept = try daemon.callbacks()
        #expect(kept.map { $0["deliveries"]["count"].integer } == [2])

        // The same signature over other blanks: kept with its own bytes, and nothing is changed.
        var request = try callback.request()
        request.body = Array(
            String(decoding: request.body, as: UTF8.self)
                .replacing("Paid in full", with: "Pa id infull").utf8
        )
        #expect(try daemon.post(request).code == "2005600")
        kept = try daemon.callbacks()
        #expect(kept.count == 2)
        #expect(kept.first?["body"].text?.contains("Pa id infull") == true)
        #expect(try daemon.feed().count == 1)
    }

    @Test func `its evidence verifies with openssl`() throws {
        let daemon = try Daemon(in: Workspace(), set: [Self.setting])
        let callback = try callback()
        #expect(try daemon.post(callback).code == "2005600")
        let dossier = try daemon.get("/v1/transactions/\(callback.merchant)/dossier").json
        let lines = dossier["callbacks"][0]["verification"]["lines"].items
        #expect(!lines.isEmpty)
        let id = try #require(try daemon.callbacks().first?["id"].integer)
        let diagnosis = try daemon.get("/v1/callbacks/\(id)/diagnosis").json
        #expect(diagnosis["verdict"].text == "verifies")
        #expect(diagnosis["bodies"].items.map { $0["bodyForm"].text }.contains("whitespaceFree"))
    }
}
