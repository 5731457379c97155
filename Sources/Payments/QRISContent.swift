/// The text behind a merchant-presented QR code: EMVCo's data objects, one after the other
/// (EMV QRCPS, Merchant-Presented Mode, section 3; article Gateway).
package struct QRISContent: Equatable, Sendable {
    /// The longest accepted text, in characters: the maximum of Cash In's `qrContent`.
    package static let charactersMax = 512

    /// In the order of the text, the checksum last.
    package let objects: [QRISObject]

    /// Parses the text of a code.
    ///
    /// The objects must cover the text exactly, begin with the format indicator `01`, and end with
    /// a matching checksum: a customer's wallet refuses any other code. Lower-case digits of the
    /// checksum are accepted with a warning (``check(amount:)``), because most wallets do.
    package init(_ text: String) throws(QRISProblem) {
        // EMVCo's lengths count Unicode scalars, not grapheme clusters.
        let scalars = Array(text.unicodeScalars.prefix(Self.charactersMax + 1))
        guard scalars.count <= Self.charactersMax else { throw .tooLong }
        var objects: [QRISObject] = []
        var position = 0
        while position < scalars.count {
            let object = try QRISObject(in: scalars, at: position)
            objects.append(object)
            position += QRISObject.headCount + object.value.unicodeScalars.count
        }
        guard objects.first == QRISObject(tag: QRISTag.formatIndicator, value: "01") else {
            throw .formatIndicator
        }
        guard let last = objects.last, last.tag == QRISTag.checksum,
            last.value.uppercased() == Self.checksum(of: text.utf8.dropLast(last.value.utf8.count))
        else { throw .checksum }
        self.objects = objects
    }

    /// Checks that this code collects `amount` of rupiah, and returns its oddities.
    ///
    /// Throws for a code that would collect another amount or currency, or that names no account to
    /// pay to. A warning does not stop a payment: such codes have been seen in the field.
    package func check(amount: Amount) throws(QRISProblem) -> [QRISWarning] {
        // All objects with these tags are checked: a wallet may read another than the first.
        let currencies = objects.filter { $0.tag == QRISTag.currency }
        guard !currencies.isEmpty, currencies.allSatisfy({ $0.value == "360" }) else {
            throw .currency
        }
        guard objects.contains(where: { QRISTag.merchantAccounts.contains($0.tag) }) else {
            throw .merchantAccount
        }
        for object in objects where object.tag == QRISTag.amount {
            guard Self.sen(of: object.value) == amount.sen else { throw .amount }
        }
        return warnings
    }

    /// The value of the first object with the tag; nil when there is none.
    package func value(of tag: Int) -> String? { objects.first { $0.tag == tag }?.value }

    private var warnings: [QRISWarning] {
        var warnings: [QRISWarning] = []
        if value(of: QRISTag.initiation) != "12" { warnings.append(.notDynamic) }
        if value(of: QRISTag.amount) == nil { warnings.append(.amountMissing) }
        for (tag, warning) in Self.tipWarnings where value(of: tag) != nil {
            warnings.append(warning)
        }
        if value(of: QRISTag.country) != "ID" { warnings.append(.country) }
        let name = (value(of: QRISTag.merchantName) ?? "").unicodeScalars
        let city = (value(of: QRISTag.merchantCity) ?? "").unicodeScalars
        if name.allSatisfy(\.isBlank) { warnings.append(.merchantNameEmpty) }
        if name.count > 25 { warnings.append(.merchantNameTooLong) }
        if city.allSatisfy(\.isBlank) { warnings.append(.merchantCityEmpty) }
        if city.count > 15 { warnings.append(.merchantCityTooLong) }
        if let checksum = value(of: QRISTag.checksum), checksum != checksum.uppercased() {
            warnings.append(.checksumLowercase)
        }
        return warnings
    }

    /// The tags that let the payer add to the amount (EMV QRCPS section 4.7.7), or that add to it.
    private static let tipWarnings: [(tag: Int, warning: QRISWarning)] = [
        (QRISTag.tipIndicator, .tipIndicator), (QRISTag.fixedFee, .fixedFee),
        (QRISTag.percentageFee, .percentageFee),
    ]

    /// The sen of a decimal number; nil for any other text, and beyond the largest amount.
    ///
    /// The fraction may have more than two digits, as long as the others are zeros.
    private static func sen(of text: String) -> Int64? {
        let parts = text.utf8.split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty else { return nil }
        let fraction = parts.count > 1 ? Array(parts[1]) : []
        guard fraction.dropFirst(2).allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
        var sen: Int64 = 0
        let digits = Array(whole) + (fraction + [0x30, 0x30]).prefix(2)
        for byte in digits {
            guard (0x30...0x39).contains(byte), sen <= Amount.senMax / 10 else { return nil }
            sen = sen * 10 + Int64(byte - 0x30)
        }
        return sen
    }
}

// Writing, for the simulator and tests.
extension QRISContent {
    /// The text of `objects`, followed by their checksum.
    package static func text(of objects: [QRISObject]) -> String {
        let text = objects.map(\.text).joined() + "6304"
        return text + checksum(of: text.utf8)
    }

    /// CRC-16/CCITT-FALSE in four upper-case hexadecimal digits: polynomial 0x1021, initial value
    /// 0xFFFF, no reflection (ISO/IEC 13239, as EMVCo uses it).
    package static func checksum(of bytes: some Sequence<UInt8>) -> String {
        var register: UInt16 = 0xFFFF
        for byte in bytes {
            register ^= UInt16(byte) << 8
            for _ in 0..<8 {
                let carries = register & 0x8000 != 0
                register <<= 1
                if carries { register ^= 0x1021 }
            }
        }
        let digits = String(register, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// EMVCo's tags of the data objects that are read or written here.
package enum QRISTag {
    package static let formatIndicator = 0
    package static let initiation = 1
    /// The merchant's accounts with the payment networks.
    package static let merchantAccounts = 26...51
    package static let categoryCode = 52
    package static let currency = 53
    package static let amount = 54
    /// `01`: the payer may add a tip; `02`, `03`: the fee of the next two tags is added.
    package static let tipIndicator = 55
    package static let fixedFee = 56
    package static let percentageFee = 57
    package static let country = 58
    package static let merchantName = 59
    package static let merchantCity = 60
    package static let additionalData = 62
    package static let checksum = 63
}

/// One data object of a QR code: a tag of two digits, a length of two digits, a value.
package struct QRISObject: Equatable, Sendable {
    /// 0 to 99.
    package let tag: Int

    /// At most ``valueCharactersMax`` characters.
    package let value: String

    /// The largest length that two digits can state.
    package static let valueCharactersMax = 99

    /// Characters before the value: tag and length.
    static let headCount = 4

    /// Creates an object; nil when tag or value are out of range.
    package init?(tag: Int, value: String) {
        guard (0...99).contains(tag), value.unicodeScalars.count <= Self.valueCharactersMax else {
            return nil
        }
        (self.tag, self.value) = (tag, value)
    }

    /// Parses the object that begins at `position`, an index into `scalars`.
    init(in scalars: [Unicode.Scalar], at position: Int) throws(QRISProblem) {
        let start = position + Self.headCount
        guard let tag = Self.number(in: scalars, at: position),
            let count = Self.number(in: scalars, at: position + 2),
            start + count <= scalars.count
        else { throw .objects(offset: position) }
        self.tag = tag
        value = String(String.UnicodeScalarView(scalars[start..<start + count]))
    }

    /// The object as written in a code.
    package var text: String {
        Self.twoDigits(tag) + Self.twoDigits(value.unicodeScalars.count) + value
    }

    private static func number(in scalars: [Unicode.Scalar], at position: Int) -> Int? {
        guard position + 2 <= scalars.count else { return nil }
        var number = 0
        for scalar in scalars[position..<position + 2] {
            guard ("0"..."9").contains(scalar) else { return nil }
            number = number * 10 + Int(scalar.value - 0x30)
        }
        return number
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

/// Why a QR code must not be shown to a customer (article Gateway).
package enum QRISProblem: Error, Equatable, Sendable {
    /// The gateway sent no code.
    case missing
    /// More than ``QRISContent/charactersMax`` characters.
    case tooLong
    /// No complete data object begins at this character.
    case objects(offset: Int)
    /// The text does not begin with `000201`.
    case formatIndicator
    /// The last object is not the checksum of the text before it.
    case checksum
    /// Tag 53 is not `360`, the rupiah.
    case currency
    /// No tag 26 to 51: the code names no account to pay to.
    case merchantAccount
    /// Tag 54 is not the requested amount.
    case amount
}

extension QRISProblem: CustomStringConvertible {
    /// The problem in words, without the code's own text.
    package var description: String {
        switch self {
        case .missing: "the QR code is missing"
        case .tooLong: "the QR code has more than \(QRISContent.charactersMax) characters"
        case .objects(let offset): "the QR code has no data object at character \(offset)"
        case .formatIndicator: "the QR code does not begin with 000201"
        case .checksum: "the QR code has a wrong checksum (tag 63)"
        case .currency: "the QR code's currency (tag 53) is not 360"
        case .merchantAccount: "the QR code has no merchant account (tags 26 to 51)"
        case .amount: "the QR code's amount (tag 54) is not the requested one"
        }
    }
}

/// An oddity of a QR code that can still be paid; each has been seen in the field.
package enum QRISWarning: String, CaseIterable, Sendable {
    case notDynamic = "tag 01 is not 12: the code is static, and can be paid more than once"
    case amountMissing = "tag 54, the amount, is missing: the payer enters it"
    case tipIndicator = "tag 55 asks the payer for a tip or a fee: the paid amount may be higher"
    case fixedFee = "tag 56 adds a fixed fee to the amount"
    case percentageFee = "tag 57 adds a percentage to the amount"
    case country = "tag 58 is not ID"
    case merchantNameEmpty = "tag 59, the name, is missing or empty"
    case merchantNameTooLong = "tag 59, the name, has more than 25 characters"
    case merchantCityEmpty = "tag 60, the city, is missing or empty"
    case merchantCityTooLong = "tag 60, the city, has more than 15 characters"
    case checksumLowercase =
        "tag 63, the checksum, has lower-case digits, which some wallets refuse"
}

extension Unicode.Scalar {
    /// Whether it is a space or a control character.
    fileprivate var isBlank: Bool { value <= 0x20 }
}
