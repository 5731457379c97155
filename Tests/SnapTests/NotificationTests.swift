import Payments
import Snap
import Support
import Testing
import Text

struct NotificationTests {
    @Test func `reads the real callback`() throws {
        let notification = try Notification(Fixture.bytes("dana-callback.json"))
        let pair = notification.fact.pair
        #expect(pair.originalPartnerReferenceNo.text == "ORDER-1760087736146")
        #expect(pair.originalReferenceNo.text == "20251010111230999500166931000229476")
        #expect(notification.fact.status == .success)
        #expect(notification.fact.amount?.description == "50000.00")
        #expect(notification.createdTime == "2025-10-10T16:15:37+07:00")
        #expect(notification.finishedTime == "2025-10-10T16:16:33+07:00")
        #expect(notification.created?.milliseconds == 1_760_087_737_000)
        #expect(notification.finished?.milliseconds == 1_760_087_793_000)
        #expect(notification.transactionStatusDesc == "SUCCESS")
        #expect(notification.originalExternalID == nil)
        #expect(notification.unreadableTimes.isEmpty)
    }

    @Test func `refuses the literal sample, and reads it with its quotes made straight`() throws {
        let literal = try Fixture.bytes("sample-notify.json")
        let error = #expect(throws: NotificationError.self) { try Notification(literal) }
        #expect(error.map { ResponseCode($0.responseCase, .notify).description } == "4005600")
        let notification = try Notification(Fixture.straightened("sample-notify.json"))
        #expect(notification.fact.amount?.description == "1000.00")
        #expect(notification.fact.pair.originalPartnerReferenceNo.text == "PAY12345678910")
        #expect(notification.fact.pair.originalReferenceNo.text == "TRX-MERCHANT-0001")
        #expect(notification.originalExternalID == "123232144")
        #expect(notification.transactionStatusDesc == "Success")
    }

    @Test(arguments: ["", "[]", "\"a\"", "null", "1", "{", "{\"a\":1,\"a\":1}", "{}}"])
    func `what is no object in strict JSON is a bad request`(text: String) {
        let error = #expect(throws: NotificationError.self) { try Notification(Array(text.utf8)) }
        #expect(error?.responseCase == .badRequest)
    }

    @Test(arguments: [nil, "null", "\"\"", "\" \"", "\"\\t\\n\\r\"", "\"\\u0020\""] as [String?])
    func `a mandatory member must be there and not blank`(literal: String?) {
        let changes: [(NotificationField, (inout NotifyBody) -> Void)] = [
            (.originalPartnerReferenceNo, { $0.originalPartnerReferenceNo = literal }),
            (.originalReferenceNo, { $0.originalReferenceNo = literal }),
            (.latestTransactionStatus, { $0.latestTransactionStatus = literal }),
            (.amount, { $0.amount = literal }),
            (.amountValue, { $0.amount = Self.amount(value: literal, currency: "\"IDR\"") }),
            (.amountCurrency, { $0.amount = Self.amount(value: "\"1.00\"", currency: literal) }),
            (.createdTime, { $0.createdTime = literal }),
            (.finishedTime, { $0.finishedTime = literal }),
        ]
        for (field, change) in changes {
            #expect(throws: NotificationError.invalidMandatoryField(field)) {
                try Notification(NotifyBody(change).bytes)
            }
        }
    }

    @Test func `a missing member is named before a malformed one in front of it`() {
        let body = NotifyBody {
            $0.originalPartnerReferenceNo = "1"
            $0.amount = #"{"value":"x","currency":"USD"}"#
            $0.finishedTime = nil
        }
        #expect(throws: NotificationError.invalidMandatoryField(.finishedTime)) {
            try Notification(body.bytes)
        }
    }

    @Test(arguments: [
        "12345", "true", "{}", "[]", "\"a b\"", "\" a\"", "\"a \"", "\"é\"", "\"a\\u0000\"",
        "\"\\u007f\"",
        "\"\(String(repeating: "a", count: 65))\"",
    ])
    func `a reference is 1 to 64 visible ASCII bytes`(literal: String) {
        #expect(throws: NotificationError.invalidFieldFormat(.originalPartnerReferenceNo)) {
            try Notification(NotifyBody { $0.originalPartnerReferenceNo = literal }.bytes)
        }
        #expect(throws: NotificationError.invalidFieldFormat(.originalReferenceNo)) {
            try Notification(NotifyBody { $0.originalReferenceNo = literal }.bytes)
        }
    }

    @Test(arguments: [63, 64]) func `a reference may be long and may be escaped`(count: Int) throws
    {
        let text = String(repeating: "a", count: count)
        let long = NotifyBody { $0.originalReferenceNo = "\"\(text)\"" }
        #expect(try Notification(long.bytes).fact.pair.originalReferenceNo.text == text)
        let escaped = NotifyBody { $0.originalReferenceNo = #""\u0041\/\"~!""# }
        #expect(try Notification(escaped.bytes).fact.pair.originalReferenceNo.text == "A/\"~!")
    }

    @Test(arguments: [
        "0", "\"0\"", "\"000\"", "\"08\"", "\"99\"", "\"OK\"", "true", "\" 00\"", "[]", "\"0a\"",
    ])
    func `a status is a string of two digits from 00 to 07`(literal: String) {
        #expect(throws: NotificationError.invalidFieldFormat(.latestTransactionStatus)) {
            try Notification(NotifyBody { $0.latestTransactionStatus = literal }.bytes)
        }
    }

    @Test(arguments: LatestTransactionStatus.allCases)
    func `every status of SNAP BI is read`(status: LatestTransactionStatus) throws {
        let body = NotifyBody { $0.latestTransactionStatus = "\"\(status.code)\"" }
        #expect(try Notification(body.bytes).fact.status == status)
    }

    @Test(arguments: [
        ("\"10000.00\"", "10000.00"), ("10000.00", "10000.00"), ("10000", "10000.00"),
        ("1.0E7", "10000000.00"), ("10000.0000", "10000.00"), ("\"\\u0031\"", "1.00"),
        ("0", "0.00"),
    ])
    func `an amount is a string or a number, exact from its literal`(
        literal: String,
        amount: String
    ) throws {
        let body = NotifyBody { $0.amount = Self.amount(value: literal, currency: "\"IDR\"") }
        #expect(try Notification(body.bytes).fact.amount?.description == amount)
    }

    @Test(arguments: ["15.000", "\"15.000\"", "\"1\\u0035.000\""])
    func `an amount that may be thousands has both readings, the literal one in the fact`(
        literal: String
    ) throws {
        let body = NotifyBody { $0.amount = Self.amount(value: literal, currency: "\"IDR\"") }
        let notification = try Notification(body.bytes)
        let fifteen = try #require(Amount(sen: 1_500))
        let thousands = try #require(Amount(sen: 1_500_000))
        #expect(
            notification.reportedAmount == .ambiguous(literal: fifteen, thousands: thousands)
        )
        #expect(notification.fact.amount == nil, "a success says no amount")
    }

    @Test func `an amount with one reading is exact`() throws {
        let notification = try Notification(NotifyBody().bytes)
        let amount = try #require(notification.fact.amount)
        #expect(notification.reportedAmount == .exact(amount))
    }

    @Test(
        arguments: [
            ("\"1.0E7\"", "\"IDR\"", .amountValue), ("\"-1\"", "\"IDR\"", .amountValue),
            ("-1", "\"IDR\"", .amountValue), ("0.001", "\"IDR\"", .amountValue),
            ("1e16", "\"IDR\"", .amountValue), ("true", "\"IDR\"", .amountValue),
            ("{}", "\"IDR\"", .amountValue), ("\"1,00\"", "\"IDR\"", .amountValue),
            ("1", "\"USD\"", .amountCurrency), ("1", "\"idr\"", .amountCurrency),
            ("1", "\"IDR \"", .amountCurrency), ("1", "360", .amountCurrency),
            ("\"x\"", "\"USD\"", .amountValue),
        ] as [(String, String, NotificationField)]
    )
    func `names the part of an amount that is malformed`(
        value: String,
        currency: String,
        field: NotificationField
    ) {
        let body = NotifyBody { $0.amount = Self.amount(value: value, currency: currency) }
        #expect(throws: NotificationError.invalidFieldFormat(field)) {
            try Notification(body.bytes)
        }
    }

    @Test(arguments: ["1000", "\"10000.00\"", "[]", "true"])
    func `an amount that is no object is malformed as a whole`(literal: String) {
        #expect(throws: NotificationError.invalidFieldFormat(.amount)) {
            try Notification(NotifyBody { $0.amount = literal }.bytes)
        }
    }

    @Test(
        arguments: [
            ("\"2024-11-04T03:00:00.5Z\"", "2024-11-04T03:00:00.5Z", 1_730_689_200_500),
            ("1730689200000", "1730689200000", 1_730_689_200_000),
            ("\"1730689200000\"", "1730689200000", 1_730_689_200_000),
            ("1.7306892E12", "1.7306892E12", 1_730_689_200_000),
            ("\"yesterday\"", "yesterday", nil), ("1730689200", "1730689200", nil),
            ("true", "true", nil),
            ("\"2024-11-04T03:00:00+0700\"", "2024-11-04T03:00:00+0700", nil), ("{}", "{}", nil),
        ] as [(String, String, Int64?)]
    )
    func `a time is kept as received, read when it can be, and never refused`(
        literal: String,
        text: String,
        milliseconds: Int64?
    ) throws {
        let body = NotifyBody {
            $0.createdTime = literal
            $0.finishedTime = literal
        }
        let notification = try Notification(body.bytes)
        #expect(notification.createdTime == text)
        #expect(notification.finishedTime == text)
        #expect(notification.created?.milliseconds == milliseconds)
        #expect(notification.finished?.milliseconds == milliseconds)
        #expect(notification.finishedAt == GatewayTime(text: text, milliseconds: milliseconds))
        let expected: [NotificationField] =
            milliseconds == nil ? [.createdTime, .finishedTime] : []
        #expect(notification.unreadableTimes == expected)
    }

    private static func amount(value: String?, currency: String?) -> String {
        let members = [value.map { "\"value\":\($0)" }, currency.map { "\"currency\":\($0)" }]
        return "{\(members.compactMap(\.self).joined(separator: ","))}"
    }
}
