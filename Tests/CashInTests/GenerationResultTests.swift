import Payments
import Snap
import Testing

@testable import CashIn

/// Contract section 5, "Generate outcomes".
struct GenerationResultTests {
    private static let qr = #""qrContent":"\#(Answers.qrContent)""#
    private static let numbers = #""partnerReferenceNo":"TRX-1","referenceNo":"PAY1""#

    private func outcome(_ reply: GatewayReply) throws -> GenerationResult {
        let intent = GenerateIntent(
            partnerReferenceNo: try #require(Reference("TRX-1")),
            validityPeriod: "2026-11-22T10:15:00+07:00",
            amount: try #require(Amount(sen: 1_000_000)),
            feeAmount: try #require(Amount(sen: 0))
        )
        return GenerationResult(reply, for: intent)
    }

    private func outcome(_ body: String, status: Int = 200) throws -> GenerationResult {
        try outcome(Answers.reply(.generate, body, status: status))
    }

    @Test func `a code that passes its check is accepted`() throws {
        let referenceNo = try #require(Reference("PAY1"))
        let accepted = GenerationResult.accepted(
            referenceNo: referenceNo,
            qrContent: Answers.qrContent,
            warnings: []
        )
        #expect(try outcome(Answers.body("2004700", "\(Self.numbers),\(Self.qr)")) == accepted)
        #expect(
            try outcome(Answers.body("2004700", "\(Self.numbers),\(Self.qr)"), status: 201)
                == accepted
        )
    }

    @Test(arguments: [
        "\u{FEFF}" + Answers.body("2004700", "\(numbers),\(qr)"),
        Answers.body("2004700", "\(numbers),\(qr)")
            .replacing(#""2004700""#, with: "2004700"),
        Answers.body("2004700", #""partnerReferenceNo":" TRX-1","referenceNo":"PAY1 ",\#(qr)"#),
        Answers.body("2004700", #"\#(numbers),"qrContent":" \#(Answers.qrContent)\n""#),
        Answers.body("2004700", #"\#(numbers),\#(qr),"serviceCode":"51""#),
    ])
    func `a spelling that is not the page's loses no code`(_ body: String) throws {
        let accepted = GenerationResult.accepted(
            referenceNo: try #require(Reference("PAY1")),
            qrContent: Answers.qrContent,
            warnings: []
        )
        #expect(try outcome(body) == accepted)
    }

    @Test func `the gateway's number may be a number`() throws {
        let body = Answers.body("2004700", #""partnerReferenceNo":"TRX-1","referenceNo":7"#)
        let seven = try #require(Reference("7"))
        #expect(try outcome(body) == .codeRefused(referenceNo: seven, problem: .missing))
    }

    @Test func `what is odd about an accepted one is told`() throws {
        let body = Answers.body("2004700", #""referenceNo":"PAY1",\#(Self.qr)"#)
        guard case .accepted(_, _, let warnings) = try outcome(body) else {
            Issue.record("not accepted")
            return
        }
        #expect(warnings == ["partnerReferenceNo is missing"])
    }

    @Test(arguments: [
        ("", QRISProblem.missing), (#","qrContent":null"#, .missing),
        (#","qrContent":"""#, .missing),
        (#","qrContent":7"#, .missing), (#","qrContent":"000201""#, .checksum),
        (#","qrContent":"QR""#, .objects(offset: 0)),
    ])
    func `a code that fails its check leaves the gateway's number`(
        _ member: String,
        _ problem: QRISProblem
    ) throws {
        let referenceNo = try #require(Reference("PAY1"))
        #expect(
            try outcome(Answers.body("2004700", Self.numbers + member))
                == .codeRefused(referenceNo: referenceNo, problem: problem)
        )
    }

    @Test(arguments: [
        ("4004700", 400), ("4004701", 400), ("4004702", 400), ("4014700", 401), ("4034701", 403),
        ("4044713", 404), ("4054700", 405), ("4004702", 200),
    ])
    func `a refusal of the service means that nothing was generated`(
        _ code: String,
        _ status: Int
    ) throws {
        guard case .notAccepted(let failure) = try outcome(Answers.body(code), status: status)
        else {
            Issue.record("\(code) under \(status) is not a refusal")
            return
        }
        #expect(failure.kind == .refused)
        #expect(failure.responseCode?.description == code)
        #expect(failure.responseMessage == "words")
        #expect(failure.status == status)
    }

    /// What leaves open whether the gateway has the payment.
    static let unknown: [(status: Int, body: String, reason: String)] = [
        (409, Answers.body("4094700"), "a conflict: perhaps with ourselves"),
        (409, Answers.body("4094701"), "a duplicate: perhaps of ourselves"),
        (200, Answers.body("4094701"), "the same under another status"),
        (408, Answers.body("4084700"), "the gateway's time-out"),
        (429, Answers.body("4294700"), "too many requests"),
        (409, Answers.body("4004701"), "a status that leaves it open"),
        (500, Answers.body("4004701"), "an error that calls itself a refusal"),
        (500, Answers.body("5004700"), "an error"),
        (504, Answers.body("5044700"), "a time-out behind the gateway"),
        (502, "<html>", "a proxy's words"),
        (403, "<html>", "a proxy's words"),
        (400, Answers.body("4005101"), "a refusal by another service"),
        (200, Answers.body("2005100", "\(numbers),\(qr)"), "a success of another service"),
        (200, Answers.body("2024700", "\(numbers),\(qr)"), "a success of another kind"),
        (500, Answers.body("2004700", "\(numbers),\(qr)"), "a success under an error"),
        (302, Answers.body("4004701"), "a redirect"),
        (200, "", "nothing"),
        (200, Answers.body("2004700", qr), "no number of the gateway"),
        (200, Answers.body("2004700", #""referenceNo":"","# + qr), "an empty one"),
        (200, Answers.body("2004700", #""referenceNo":{},"# + qr), "neither string nor number"),
        (
            200, Answers.body("2004700", #""partnerReferenceNo":"X","referenceNo":"P","# + qr),
            "an answer about another payment"
        ),
        (
            200,
            "{\"responseCode\":\"2004700\",\"referenceNo\":\"PAY1\",\"qrContent\": \"\u{201D}\n}",
            "the page's own sample"
        ),
    ]

    @Test(arguments: unknown.indices)
    func `everything else is unknown`(_ index: Int) throws {
        let (status, body, reason) = Self.unknown[index]
        guard case .unknown(let failure) = try outcome(body, status: status) else {
            Issue.record("\(reason)")
            return
        }
        #expect(failure.kind == .failed, "\(reason)")
        #expect(failure.status == status)
    }

    @Test func `a call that failed is unknown unless it was surely not sent`() throws {
        for kind in [GatewayFailure.Kind.timeout, .failed] {
            let failure = GatewayFailure(kind, "wait timed out")
            #expect(try outcome(GatewayReply.failed(failure)) == .unknown(failure))
        }
        let notSent = GatewayFailure(.notSent, "connect failed")
        #expect(try outcome(GatewayReply.failed(notSent)) == .notAccepted(notSent))
    }
}
