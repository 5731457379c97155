import Configuration
import Crypto
import HTTPCore
import HTTPServer
import Ledger
import Payments
import Snap
import Support
import System
import Testing

@testable import Notify

/// What is found out about a request without looking at anything stored (rows 3 to 5 and 7 to 9).
@Suite struct CallbackExaminationTests {
    /// Examines a callback under a configuration with these settings.
    private func examine(
        _ settings: [String] = [],
        _ change: (inout CallbackRequest) throws -> Void = { _ in }
    ) throws -> CallbackExamination {
        var callback = try CallbackRequest()
        try change(&callback)
        let context = try NotifyContext(try ConfigurationFixture().load(settings), loopCount: 1)
        let head = try requestHead(
            "\(callback.method) \(callback.target) HTTP/1.1",
            callback.fields.map { "\($0.name): \($0.value)" }
        )
        let address = SocketAddress.ip(try #require(IPAddress("203.0.113.7")), port: 0)
        let request = Request(
            head: head,
            body: callback.body,
            peer: Peer(address: address),
            number: 1,
            receivedNanoseconds: 0,
            loopIndex: 0
        )
        return CallbackExamination(
            request,
            NotifyRoute(head, request.peer, context),
            nowMilliseconds: NotifyScene.now,
            context
        )
    }

    private func delivery(
        _ settings: [String] = [],
        _ change: (inout CallbackRequest) throws -> Void = { _ in }
    ) throws -> (Delivery, SnapResponse?) {
        guard case .authentic(let delivery, let problem) = try examine(settings, change) else {
            throw NotAuthentic()
        }
        return (delivery, problem)
    }

    private struct NotAuthentic: Error {}

    @Test func `a callback in order is handed to the store as it came`() throws {
        let (delivery, problem) = try delivery()
        #expect(problem == nil)
        #expect(delivery.receivedMilliseconds == NotifyScene.now)
        #expect(delivery.signedMilliseconds == NotifyScene.now)
        #expect(delivery.timestamp == "2026-11-22T10:00:00+07:00")
        #expect(delivery.externalID == "id-1")
        #expect(delivery.client == "203.0.113.7")
        #expect(delivery.body == NotifyBody().bytes)
        #expect(String(decoding: delivery.head, as: UTF8.self).hasPrefix("POST /v1.0/debit"))
        let fact = try #require(delivery.content.fact)
        #expect(fact.status == .success)
        #expect(fact.amount == Amount(sen: 1_000_000))
        #expect(fact.pair.originalPartnerReferenceNo.text == "PAY12345678910")
        #expect(fact.pair.originalReferenceNo.text == "TRX-MERCHANT-0001")
    }

    @Test func `it says what was signed: path, form of the body, key and digest`() throws {
        let raw = try delivery().0
        let key = try ConfigurationFixture.gatewayKey.get().publicKey
        #expect(raw.verification.path == "/v1.0/debit/notify")
        #expect(raw.verification.bodyForm == "raw")
        #expect(raw.verification.keyFingerprint == key.fingerprint)

        // A body that was written anew on the way, by blanks alone, is the same callback.
        let spaced = try delivery { $0.body += Array("\n".utf8) }.0
        #expect(spaced.verification.bodyForm == "minified")
        #expect(spaced.signedDigest == raw.signedDigest)
        let later = try delivery {
            $0 = try CallbackRequest(timestamp: "2026-11-22T10:00:01+07:00")
        }.0
        #expect(later.signedDigest != raw.signedDigest)
    }

    @Test(arguments: [
        ("notify.signatureBodies=['raw']", "\n"), ("notify.signaturePaths=['/other']", ""),
        ("cashIn.publicKeyFiles=[]", ""),
    ])
    func `only what is configured verifies`(setting: String, end: String) throws {
        let examination = try examine([setting]) { $0.body += Array(end.utf8) }
        guard case .refused(let answer) = examination else {
            Issue.record("it verified")
            return
        }
        #expect(answer == NotifyResponse.unauthorized)
    }

    @Test func `the signature is checked although a header is wrong`() throws {
        let (delivery, problem) = try delivery {
            // Row 4 comes before row 7.
            $0 = try CallbackRequest(body: Array("{".utf8), externalID: "two words")
        }
        #expect(problem?.codeText == "4005601")
        #expect(delivery.externalID == nil)
        #expect(delivery.content.fact == nil)
        #expect(delivery.content.defect?.failure == .headers)
    }

    @Test func `what can be read of a callback that is not in order leads to its payment`() throws {
        let (delivery, problem) = try delivery {
            $0 = try CallbackRequest(body: NotifyBody { $0.amount = "null" }.bytes)
        }
        #expect(problem?.message == "Invalid Mandatory Field amount")
        #expect(delivery.content.defect?.failure == .body)
        #expect(delivery.content.defect?.code == "4005602")
        let references = Set(delivery.content.references.map(\.text))
        #expect(references == ["PAY12345678910", "TRX-MERCHANT-0001"])
    }

    @Test func `another partner's callback is authentic, and none of ours`() throws {
        let (delivery, problem) = try delivery { $0["X-PARTNER-ID"] = "CID2" }
        #expect(problem == NotifyResponse.unauthorized)
        #expect(delivery.content.defect?.failure == .partner)
    }
}
