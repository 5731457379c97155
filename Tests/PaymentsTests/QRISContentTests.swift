import Testing

@testable import Payments

struct QRISContentTests {
    /// The sample of EMVCo's annex: a Chinese merchant, currency 156.
    private static let annexSample =
        "00020101021229300012D156000000000510A93FO3230Q31280012D1560000000103081234567852"
        + "0441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.72530315"
        + "65502016233030412340603***0708A60086670902ME91320016A011223344998877070812345678"
        + "6304A13A"

    /// The objects of a code for 10000.00, one of them replaced or, with nil, left out.
    private static func code(_ changes: [Int: String?] = [:]) -> String {
        let usual: [(Int, String)] = [
            (0, "01"), (1, "12"), (26, "0016ID.CO.EXAMPLE.WWW"), (52, "5411"), (53, "360"),
            (54, "10000.00"), (58, "ID"), (59, "Warung Contoh"), (60, "Jakarta"),
        ]
        var objects: [QRISObject] = []
        let others = changes.keys.filter { tag in !usual.contains { $0.0 == tag } }.sorted()
        for (tag, value) in usual + others.map({ ($0, "") }) {
            let value: String? = changes[tag] ?? value
            if let value, let object = QRISObject(tag: tag, value: value) { objects.append(object) }
        }
        return QRISContent.text(of: objects)
    }

    private static let amount = Amount(sen: 1_000_000)

    private func problem(_ text: String) throws -> QRISProblem? {
        let amount = try #require(Self.amount)
        do throws(QRISProblem) {
            _ = try QRISContent(text).check(amount: amount)
            return nil
        } catch {
            return error
        }
    }

    @Test func `the checksum is CRC-16 CCITT-FALSE`() {
        #expect(QRISContent.checksum(of: "123456789".utf8) == "29B1")
        #expect(QRISContent.checksum(of: [0x7D, 0x6A]).count == 4)
        #expect(QRISContent.checksum(of: []) == "FFFF")
    }

    @Test func `the sample of EMVCo's annex is read, and is no QRIS`() throws {
        let content = try QRISContent(Self.annexSample)
        #expect(content.value(of: 59) == "BEST TRANSPORT")
        #expect(content.value(of: 64) == "0002ZH0104最佳运输0202北京")
        #expect(try problem(Self.annexSample) == .currency)
    }

    @Test func `what is written is read again`() throws {
        let content = try QRISContent(Self.code())
        #expect(try content.check(amount: #require(Self.amount)) == [])
        #expect(QRISContent.text(of: content.objects.dropLast()) == Self.code())
    }

    @Test func `no proper prefix is a code, and nothing may follow one`() throws {
        let text = Self.code()
        for count in text.indices.indices {
            #expect(try problem(String(text[..<count])) != nil)
        }
        #expect(try problem(text + "0") == .objects(offset: text.count))
        #expect(try problem(text + "6200") == .checksum)
    }

    @Test func `any changed character is found`() throws {
        let text = Array(Self.code())
        for index in text.indices {
            var changed = text
            changed[index] = text[index] == "7" ? "8" : "7"
            #expect(try problem(String(changed)) != nil, "character \(index)")
        }
        #expect(try problem(Self.code().lowercased()) == .checksum)
    }

    /// A change to the usual code, and what comes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let tag: Int
        /// Nil leaves the object out.
        let value: String?
        var problem: QRISProblem?
        var warnings: [QRISWarning] = []
        let testDescription: String

        init(_ tag: Int, _ value: String?, _ problem: QRISProblem, _ reason: String) {
            (self.tag, self.value, self.problem, testDescription) = (tag, value, problem, reason)
        }

        init(_ tag: Int, _ value: String?, _ warnings: [QRISWarning], _ reason: String) {
            (self.tag, self.value, self.warnings, testDescription) = (tag, value, warnings, reason)
        }
    }

    static let refused: [Case] = [
        Case(53, "156", .currency, "another currency"),
        Case(53, nil, .currency, "no currency"),
        Case(26, nil, .merchantAccount, "no account"),
        Case(54, "10000.01", .amount, "a sen more"),
        Case(54, "1000000", .amount, "sen taken for rupiah"),
        Case(54, "10000,00", .amount, "a comma"),
        Case(54, "", .amount, "an empty amount"),
        Case(54, ".00", .amount, "no rupiah"),
        Case(54, "10000.001", .amount, "less than a sen"),
        Case(54, "+10000.00", .amount, "a sign"),
        Case(54, "99999999999999999999", .amount, "more than any amount"),
        Case(0, "02", .formatIndicator, "another format"),
    ]

    @Test(arguments: refused)
    func `a code that cannot be paid as asked is refused`(_ change: Case) throws {
        #expect(try problem(Self.code([change.tag: change.value])) == change.problem)
    }

    static let odd: [Case] = [
        Case(54, "10000", [], "no fraction"),
        Case(54, "10000.", [], "an empty fraction"),
        Case(54, "010000.0000", [], "zeros at both ends"),
        Case(1, "11", [.notDynamic], "a static code"),
        Case(1, nil, [.notDynamic], "neither static nor dynamic"),
        Case(54, nil, [.amountMissing], "no amount"),
        Case(58, "SG", [.country], "another country"),
        Case(59, String(repeating: "é", count: 25), [], "the longest name"),
        Case(59, String(repeating: "é", count: 26), [.merchantNameTooLong], "one more"),
        Case(60, String(repeating: "x", count: 15), [], "the longest city"),
        Case(60, String(repeating: "x", count: 16), [.merchantCityTooLong], "one more"),
        Case(60, "", [.merchantCityEmpty], "an empty city"),
        Case(60, "  ", [.merchantCityEmpty], "a blank city"),
        Case(60, nil, [.merchantCityEmpty], "no city"),
        Case(59, "", [.merchantNameEmpty], "an empty name"),
        Case(55, "01", [.tipIndicator], "the payer may add a tip"),
        Case(56, "1000", [.fixedFee], "a fixed fee"),
        Case(57, "0.70", [.percentageFee], "a percentage"),
    ]

    @Test(arguments: odd)
    func `what is merely odd is told`(_ change: Case) throws {
        let content = try QRISContent(Self.code([change.tag: change.value]))
        #expect(try content.check(amount: #require(Self.amount)) == change.warnings)
    }

    @Test func `a checksum in lower case is odd`() throws {
        let text = Self.code()
        let lower = String(text.dropLast(4)) + text.suffix(4).lowercased()
        #expect(lower != text)
        let content = try QRISContent(lower)
        #expect(try content.check(amount: #require(Self.amount)) == [.checksumLowercase])
    }

    @Test func `every warning names its tag`() {
        for warning in QRISWarning.allCases {
            #expect(warning.rawValue.hasPrefix("tag "))
        }
    }

    @Test func `lengths count characters, and the checksum bytes`() throws {
        // A line break of two characters, and a letter with a combining accent.
        let name = "A\r\nB e\u{301} 店"
        let content = try QRISContent(Self.code([59: name]))
        #expect(content.value(of: 59)?.unicodeScalars.elementsEqual(name.unicodeScalars) == true)
    }

    @Test(arguments: [(511, nil), (512, nil), (513, QRISProblem.tooLong)])
    func `a code has at most 512 characters`(_ count: Int, _ expected: QRISProblem?) throws {
        var rest = count - Self.code().count
        var objects = try QRISContent(Self.code()).objects.dropLast()
        while rest > 0 {
            // What is left after this object must be nothing or have room for another one.
            let take = rest <= 103 ? rest : min(103, rest - 4)
            objects.append(
                try #require(QRISObject(tag: 80, value: .init(repeating: "x", count: take - 4)))
            )
            rest -= take
        }
        let text = QRISContent.text(of: Array(objects))
        #expect(text.count == count)
        #expect(try problem(text) == expected)
    }

    @Test func `a repeated amount must not differ`() throws {
        let objects = try QRISContent(Self.code()).objects.dropLast()
        let second = try #require(QRISObject(tag: 54, value: "1.00"))
        #expect(try problem(QRISContent.text(of: objects + [second])) == .amount)
    }

    @Test func `an object has a tag of two digits and at most 99 characters`() {
        #expect(QRISObject(tag: -1, value: "") == nil)
        #expect(QRISObject(tag: 0, value: "")?.text == "0000")
        #expect(QRISObject(tag: 99, value: String(repeating: "x", count: 99)) != nil)
        #expect(QRISObject(tag: 99, value: String(repeating: "x", count: 100)) == nil)
        #expect(QRISObject(tag: 100, value: "") == nil)
    }

    @Test func `every problem says what it is`() {
        #expect(
            QRISProblem.objects(offset: 7).description
                == "the QR code has no data object at character 7"
        )
        #expect(QRISProblem.tooLong.description == "the QR code has more than 512 characters")
    }
}
