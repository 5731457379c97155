import Payments
import Snap
import Testing

@testable import CashIn

struct QueryOutcomeTests {
    private let queried: Reference

    init() throws { queried = try #require(Reference("T")) }

    private func outcome(_ body: String, status: Int = 200) -> QueryOutcome {
        QueryOutcome(Answers.reply(.query, body, status: status), about: queried)
    }

    private func found(_ members: String) throws -> QueryResponse {
        guard case .found(let response) = outcome(Answers.body("2005100", members)) else {
            throw NotFound()
        }
        return response
    }

    private struct NotFound: Error {}

    @Test func `the page's sample is read, its number as an amount and its blank dropped`() throws {
        let response = try found(
            #"""
            "originalPartnerReferenceNo": "REF1234567890", "originalReferenceNo": "PAY1234567890",
            "serviceCode": "47 ", "latestTransactionStatus": "00",
            "latestTransactionDesc": "Success", "paidTime": "2024-03-01T14:56:11+07:00",
            "amount": { "value": 10000.00, "currency": "IDR" }
            """#
        )
        #expect(response.originalPartnerReferenceNo.text == "REF1234567890")
        #expect(response.originalReferenceNo?.text == "PAY1234567890")
        #expect(response.status == .success)
        #expect(response.statusDescription == "Success")
        #expect(response.paidTime == "2024-03-01T14:56:11+07:00")
        #expect(response.amount?.sen == 1_000_000)
        #expect(response.reportedAmount?.exact == response.amount)
        #expect(response.paidAt?.milliseconds == 1_709_279_771_000)
    }

    @Test func `what an unpaid payment lacks is no error`() throws {
        let response = try found(
            #""originalPartnerReferenceNo":"T","latestTransactionStatus":"03","paidTime":"","#
                + #""amount":null,"latestTransactionDesc":3"#
        )
        #expect(response.status == .pending)
        #expect(response.originalReferenceNo == nil)
        #expect(response.paidTime == nil)
        #expect(response.amount == nil)
        #expect(response.statusDescription == nil)
    }

    @Test(arguments: [#""10000.00""#, "10000.00", "10000", "1.0E4", #""10000""#])
    func `an amount is a string or a number`(_ literal: String) throws {
        let response = try found(
            #""originalPartnerReferenceNo":"T","latestTransactionStatus":"00","#
                + #""amount":{"value":\#(literal),"currency":"IDR"}"#
        )
        #expect(response.amount?.sen == 1_000_000)
    }

    /// Members that an answer must not have.
    static let malformed: [(members: String, reason: String)] = [
        (#""latestTransactionStatus":"00""#, "it speaks of nobody"),
        (#""originalPartnerReferenceNo":"a b","latestTransactionStatus":"00""#, "a blank"),
        (#""originalPartnerReferenceNo":"T""#, "no status"),
        (#""originalPartnerReferenceNo":"T","latestTransactionStatus":"0""#, "one digit"),
        (#""originalPartnerReferenceNo":"T","latestTransactionStatus":0"#, "a number"),
        (#""originalPartnerReferenceNo":"T","latestTransactionStatus":"08""#, "no such status"),
        (#""originalPartnerReferenceNo":"T","latestTransactionStatus":"0 0""#, "a blank inside"),
    ]

    @Test(arguments: [#""47 ""#, #""51""#, #""another service""#, "47", "0", "null", "{}", #""""#])
    func `the serviceCode decides nothing`(_ literal: String) throws {
        let response = try found(
            #""originalPartnerReferenceNo":"T","latestTransactionStatus":"00","#
                + #""serviceCode":\#(literal)"#
        )
        #expect(response.status == .success)
    }

    @Test(arguments: [
        #""originalPartnerReferenceNo":12,"originalReferenceNo":34,"latestTransactionStatus":"00""#,
        #""originalPartnerReferenceNo":" 12","originalReferenceNo":"34\t","#
            + #""latestTransactionStatus":" 00 ""#,
    ])
    func `numbers and blanks are read`(_ members: String) throws {
        let response = try found(members)
        #expect(response.originalPartnerReferenceNo.text == "12")
        #expect(response.originalReferenceNo?.text == "34")
        #expect(response.status == .success)
    }

    @Test func `a byte order mark and a numeric code are read`() {
        let members = #""originalPartnerReferenceNo":"T","latestTransactionStatus":"00""#
        let body = Answers.body("2005100", members)
        for body in ["\u{FEFF}" + body, body.replacing(#""2005100""#, with: "2005100")] {
            guard case .found = outcome(body) else {
                Issue.record("\(body)")
                continue
            }
        }
    }

    @Test(arguments: [#""15.000""#, "15.000", #"" 15.000 ""#])
    func `an amount that may be thousands has both readings`(_ literal: String) throws {
        let response = try found(
            #""originalPartnerReferenceNo":"T","latestTransactionStatus":"00","#
                + #""amount":{"value":\#(literal),"currency":"IDR"}"#
        )
        let thousands = try #require(Amount(sen: 1_500_000))
        #expect(response.amount?.sen == 1_500)
        #expect(response.reportedAmount?.exact == nil)
        #expect(response.reportedAmount?.reading(equalTo: thousands) == thousands)
    }

    /// What does not decide, in forms that are not the page's.
    @Test(arguments: [
        #""amount":{"value":"1.001","currency":"IDR"}"#,
        #""amount":{"value":"1.00","currency":"USD"}"#, #""amount":{"value":"1.00"}"#,
        #""amount":"1.00""#, #""amount":{"value":-5,"currency":"IDR"}"#,
    ])
    func `an amount that is not one of rupiah is none, and hides no status`(members: String) throws
    {
        let response = try found(
            #""originalPartnerReferenceNo":"T","latestTransactionStatus":"00","# + members
        )
        #expect(response.status == .success)
        #expect(response.amount == nil)
    }

    @Test(
        arguments: [
            (#""paidTime":1795701835911"#, "1795701835911"),
            (#""paidTime":"yesterday""#, "yesterday"),
            (#""paidTime":{}"#, nil),
        ] as [(String, String?)]
    )
    func `a time may be a number`(members: String, paidTime: String?) throws {
        let response = try found(
            #""originalPartnerReferenceNo":"T","latestTransactionStatus":"00","# + members
        )
        #expect(response.paidTime == paidTime)
        #expect(response.paidAt == paidTime.map { GatewayTime($0) })
    }

    @Test func `not found is said of the payment that was queried about`() {
        let status = #""latestTransactionStatus":"07","originalPartnerReferenceNo":"#
        guard case .notFound = outcome(Answers.body("2005100", status + #""T""#)) else {
            Issue.record("of the one asked about")
            return
        }
        guard case .found(let response) = outcome(Answers.body("2005100", status + #""OTHER""#))
        else {
            Issue.record("of another")
            return
        }
        #expect(response.status == .notFound)
    }

    @Test(arguments: malformed.indices)
    func `an answer that is malformed says nothing`(_ index: Int) {
        let (members, reason) = Self.malformed[index]
        guard case .unreadable(let failure) = outcome(Answers.body("2005100", members)) else {
            Issue.record("\(reason)")
            return
        }
        #expect(failure.detail.hasPrefix("the response cannot be read: "))
        #expect(failure.excerpt == nil)
    }

    @Test func `not found is a code or a status`() {
        let code = ResponseCode(.transactionNotFound, .query)
        let words = QueryOutcome.notFound(responseCode: code, responseMessage: "words")
        #expect(outcome(Answers.body("4045101"), status: 404) == words)
        #expect(outcome(Answers.body("4045101"), status: 200) == words)
        let status = #""latestTransactionStatus":"07""#
        guard case .notFound(let code, _) = outcome(Answers.body("2005100", status)) else {
            Issue.record("status 07")
            return
        }
        #expect(code.description == "2005100")
    }
}
