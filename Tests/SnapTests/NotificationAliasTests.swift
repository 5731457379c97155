import Payments
import Snap
import Support
import Testing

struct NotificationAliasTests {
    @Test(arguments: ["originalExternalId", "orgiginalExternalId"])
    func `the external id has two names, a string or an integer literal`(name: String) throws {
        let digits = "123456789012345678901234567890123456"
        for literal in ["\"\(digits)\"", digits] {
            #expect(try Self.read(["\"\(name)\":\(literal)"]).originalExternalID == digits)
        }
        #expect(try Self.read(["\"\(name)\":null"]).originalExternalID == nil)
        #expect(try Self.read(["\"\(name)\":\"\""]).originalExternalID == "")
        for literal in ["1.5", "1e5", "true", "{}", "[]"] {
            #expect(throws: NotificationError.invalidFieldFormat(.originalExternalID)) {
                try Self.read(["\"\(name)\":\(literal)"])
            }
        }
    }

    @Test(arguments: [
        "transactionStatusDesc", "latestTransactionStatusDesc", "latestTransactionStatusDec",
        "latestTransactionDesc",
    ])
    func `the description has four names`(name: String) throws {
        #expect(try Self.read(["\"\(name)\":\"Paid\""]).transactionStatusDesc == "Paid")
        #expect(try Self.read(["\"\(name)\":null"]).transactionStatusDesc == nil)
        #expect(throws: NotificationError.invalidFieldFormat(.transactionStatusDesc)) {
            try Self.read(["\"\(name)\":5"])
        }
    }

    @Test func `aliases may repeat a value but not differ`() throws {
        let equal = [#""originalExternalId":"1""#, #""orgiginalExternalId":1"#]
        #expect(try Self.read(equal).originalExternalID == "1")
        #expect(throws: NotificationError.invalidFieldFormat(.originalExternalID)) {
            try Self.read([#""originalExternalId":"1""#, #""orgiginalExternalId":"2""#])
        }
        let escaped = [#""transactionStatusDesc":"A""#, #""latestTransactionDesc":"\u0041""#]
        #expect(try Self.read(escaped).transactionStatusDesc == "A")
        let partly = [#""transactionStatusDesc":null"#, #""latestTransactionDesc":"B""#]
        #expect(try Self.read(partly).transactionStatusDesc == "B")
        #expect(throws: NotificationError.invalidFieldFormat(.transactionStatusDesc)) {
            try Self.read([
                #""transactionStatusDesc":"A""#, #""latestTransactionStatusDec":"A""#,
                #""latestTransactionDesc":"a""#,
            ])
        }
    }

    @Test func `a name may be escaped, and unknown members are no matter`() throws {
        let notification = try Self.read([
            #""\u006friginalExternalId":"1""#, #""additionalInfo":{"amount":1,"currency":"USD"}"#,
            #""value":"7""#, #""currency":7"#,
        ])
        #expect(notification.originalExternalID == "1")
        #expect(notification.fact.amount?.description == "10000.00")
    }

    @Test func `another spelling of case is another name`() {
        let body = NotifyBody {
            $0.originalReferenceNo = nil
            $0.others = [#""originalReferenceno":"A""#]
        }
        #expect(throws: NotificationError.invalidMandatoryField(.originalReferenceNo)) {
            try Notification(body.bytes)
        }
    }

    private static func read(_ others: [String]) throws -> Notification {
        try Notification(NotifyBody { $0.others = others }.bytes)
    }
}

struct ReadableReferencesTests {
    @Test(
        arguments: [
            (
                #"{"originalPartnerReferenceNo":"A","originalReferenceNo":"B"}"#, "A", "B",
                "only the pair"
            ),
            (
                #"{"originalPartnerReferenceNo":"\u0041","originalReferenceNo":1}"#, "A", nil,
                "a number"
            ),
            (#"{"originalPartnerReferenceNo":"A","originalReferenceNo":"B""#, "A", "B", "cut off"),
            (#"{"originalPartnerReferenceNo" : "A", “x”:1"#, "A", nil, "curly quotes elsewhere"),
            (#"{"originalReferenceNo":"B","originalReferenceNo":"C"}"#, nil, nil, "two values"),
            (
                #"{"originalReferenceNo":"B","originalReferenceNo":"B"}"#, nil, "B",
                "one value twice"
            ),
            (#"{"originalReferenceNo":"\u0042",}"#, nil, nil, "an escape in what is not JSON"),
            (#"{"originalReferenceNo":“B”}"#, nil, nil, "curly quotes around it"),
            (#"{"originalReferenceNo":"#, nil, nil, "nothing behind"),
            (#"["originalReferenceNo", "B"]"#, nil, nil, "no member"),
            ("", nil, nil, "nothing"),
        ] as [(String, String?, String?, String)]
    )
    func `reads what can be read`(text: String, first: String?, second: String?, why: String) {
        let references = ReadableReferences(Array(text.utf8))
        #expect(references.originalPartnerReferenceNo?.text == first, "\(why)")
        #expect(references.originalReferenceNo?.text == second, "\(why)")
    }

    @Test func `reads the literal sample of the gateway's page`() throws {
        let references = ReadableReferences(try Fixture.bytes("sample-notify.json"))
        #expect(references.originalPartnerReferenceNo?.text == "PAY12345678910")
        #expect(references.originalReferenceNo?.text == "TRX-MERCHANT-0001")
    }

    @Test(arguments: [(64, true), (65, false)])
    func `a reference longer than 64 bytes is none`(count: Int, isRead: Bool) {
        let text = "{\"originalReferenceNo\":\"\(String(repeating: "a", count: count))\""
        #expect((ReadableReferences(Array(text.utf8)).originalReferenceNo != nil) == isRead)
    }
}
