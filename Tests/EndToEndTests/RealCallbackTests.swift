import Support
import Testing

/// What gateways really send, and what Cash In's page prints.
@Suite(.blocking)
struct RealCallbackTests {
    /// The settings under which the kept callback of another gateway of the family verifies.
    private static let settings = [
        "notify.signaturePaths=[\"\(Fixture.danaPath)\"]",
        "notify.timestampToleranceSeconds=0",
        "notify.referenceRoles=snap",
        "cashIn.clientId=DANA-PARTNER",
        "cashIn.publicKeyFiles=[\"\(Fixture.directory)dana-public.pem\"]",
    ]

    private static func request() throws -> WireRequest {
        var request = WireRequest()
        request.add("X-PARTNER-ID", "DANA-PARTNER")
        request.add("X-EXTERNAL-ID", "20251010111230999500166931000229")
        request.add("X-TIMESTAMP", Fixture.danaTimestamp)
        request.add("X-SIGNATURE", try Fixture.text("dana-signature.txt"))
        request.add("Content-Type", "application/json")
        request.body = try Fixture.bytes("dana-callback.json")
        return request
    }

    @Test func `a real callback of the gateway's family is accepted and in the feed`() throws {
        let daemon = try Daemon(in: Workspace(), set: Self.settings)
        let response = try daemon.post(Self.request())
        #expect(response.status == 200)
        #expect(response.code == "2005600")
        #expect(response["X-EXTERNAL-ID"] == "20251010111230999500166931000229")

        let feed = try daemon.feed()
        #expect(feed.count == 1)
        #expect(feed.first?["partnerReferenceNo"].text == "ORDER-1760087736146")
        #expect(feed.first?["referenceNo"].text == "20251010111230999500166931000229476")
        #expect(feed.first?["amount"]["value"].text == "50000.00")
        #expect(feed.first?["to"].text == "success")
        #expect(feed.first?["paidAtText"].text == "2025-10-10T16:16:33+07:00")
        let kept = try daemon.callbacks("reference=ORDER-1760087736146")
        #expect(kept.count == 1)
        #expect(kept.first?["match"]["path"].text == Fixture.danaPath)
        #expect(kept.first?["match"]["body"].text == "raw")
        #expect(
            try Array((kept.first?["body"].text ?? "").utf8) == Fixture.bytes("dana-callback.json")
        )
    }

    @Test func `the real callback is refused with any byte of its body flipped`() throws {
        let daemon = try Daemon(in: Workspace(), set: Self.settings)
        let client = try daemon.connect()
        let request = try Self.request()
        for index in Self.sample(request.body.count) {
            var spoilt = request
            spoilt.body[index] ^= 1
            let response = try client.exchange(spoilt.bytes)
            #expect(response.code == "4015600", "body byte \(index)")
            #expect(response.message == "Unauthorized. [Signature]")
        }
        #expect(try daemon.feed().isEmpty)
    }

    @Test func `the real callback is refused with any character of its signature changed`() throws {
        let daemon = try Daemon(in: Workspace(), set: Self.settings)
        let client = try daemon.connect()
        let request = try Self.request()
        let signature = Array(request.value("X-SIGNATURE").utf8)
        for index in Self.sample(signature.count) {
            var other = signature
            other[index] = other[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            var spoilt = request
            spoilt.set("X-SIGNATURE", String(decoding: other, as: UTF8.self))
            #expect(try client.exchange(spoilt.bytes).code == "4015600", "character \(index)")
        }
        #expect(try daemon.feed().isEmpty)
    }

    @Test func `the real callback is refused with any digit of its time changed`() throws {
        let daemon = try Daemon(in: Workspace(), set: Self.settings)
        let client = try daemon.connect()
        let request = try Self.request()
        let timestamp = Array(Fixture.danaTimestamp.utf8)
        let digits = timestamp.indices.filter { (0x30...0x39).contains(timestamp[$0]) }
        for index in digits {
            var other = timestamp
            // 2025-10-13T13:43:30+07:00 stays a time when a digit becomes 0 or 1.
            other[index] = other[index] == UInt8(ascii: "1") ? UInt8(ascii: "0") : UInt8(ascii: "1")
            var spoilt = request
            spoilt.set("X-TIMESTAMP", String(decoding: other, as: UTF8.self))
            let response = try client.exchange(spoilt.bytes)
            // Month 00 and the like are no times: that comes first (row 4).
            #expect(["4015600", "4005601"].contains(response.code), "character \(index)")
        }
        #expect(try daemon.feed().isEmpty)
    }

    @Test(arguments: [
        ("notify.signaturePaths=[\"/d34021fa-7599-413b-8743-ddab605fea48\"]", "another last byte"),
        ("notify.signaturePaths=[\"/D34021fa-7599-413b-8743-ddab605fea49\"]", "another first byte"),
        ("notify.signaturePaths=[\"\(Fixture.danaPath)/\"]", "one byte more"),
        ("notify.signaturePaths=[]", "only our own URL and its path"),
        (
            "notify.signatureBodies=[\"minified\"]",
            "it is minified already, so this one is accepted"
        ),
        ("cashIn.publicKeyFiles=[\"cashin-public.pem\"]", "another key"),
        ("cashIn.publicKeyFiles=[]", "no key"),
        ("cashIn.clientId=DANA-PARTNES", "another partner"),
    ])
    func `the real callback needs its path, key and partner`(setting: String, why: String) throws {
        let daemon = try Daemon(in: Workspace(), set: Self.settings + [setting])
        let response = try daemon.post(Self.request())
        let isRight = setting.hasPrefix("notify.signatureBodies")
        #expect(response.code == (isRight ? "2005600" : "4015600"), "\(why)")
        if !isRight { #expect(response.message == "Unauthorized. [Signature]") }
        #expect(try daemon.feed().count == (isRight ? 1 : 0))
    }

    /// First, last and some between.
    private static func sample(_ count: Int) -> [Int] {
        [0, 1, count / 4, count / 2, count * 3 / 4, count - 2, count - 1]
    }

    @Test func `the page's own sample, curly quotes and all, is no JSON but is kept`() throws {
        let daemon = try Daemon(in: Workspace())
        var callback = try Callback()
        callback.literalBody = try Fixture.bytes("sample-notify.json")
        let response = try daemon.post(callback)
        #expect(response.status == 400)
        #expect(response.code == "4005600")
        #expect(response.message == "Bad Request")

        let kept = try daemon.callbacks("externalId=\(callback.externalID)")
        #expect(kept.count == 1)
        #expect(kept.first?["outcome"].text == "invalid")
        #expect(
            try Array((kept.first?["body"].text ?? "").utf8) == Fixture.bytes("sample-notify.json")
        )
        let attention = try daemon.attention()
        #expect(attention.map { $0["kind"].text } == ["invalid-callback"])
        #expect(attention.first?["callbackId"] == kept.first?["id"])
        #expect(try daemon.feed().isEmpty)
    }

    @Test func `the page's sample with straight quotes is accepted in the page's roles`() throws {
        let daemon = try Daemon(in: Workspace())
        var callback = try Callback()
        callback.literalBody = try Fixture.straightened("sample-notify.json")
        #expect(try daemon.post(callback).code == "2005600")
        let feed = try daemon.feed()
        #expect(feed.count == 1)
        #expect(feed.first?["partnerReferenceNo"].text == "TRX-MERCHANT-0001")
        #expect(feed.first?["referenceNo"].text == "PAY12345678910")
        #expect(feed.first?["amount"]["value"].text == "1000.00")
        #expect(feed.first?["amount"]["currency"].text == "IDR")
        #expect(feed.first?["latestTransactionStatus"].text == "00")
        #expect(feed.first?["source"].text == "notify")
        #expect(feed.first?["from"] == .null)
    }

    @Test func `the page's placeholder signature is refused`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.set("X-SIGNATURE", Fixture.placeholderSignature)
        #expect(try daemon.post(request).code == "4015600")
        #expect(try daemon.feed().isEmpty)
    }
}
