import Snap
import Text

/// A value reported as received, cut if it is long.
struct SeenValue: TallyKey {
    /// Maximum characters reported: enough to distinguish values, too few to disclose contents.
    static let charactersMax = 120

    let value: String

    init(_ value: String) {
        self.value =
            value.unicodeScalars.count <= Self.charactersMax
            ? value
            : String(String.UnicodeScalarView(value.unicodeScalars.prefix(Self.charactersMax)))
                + "…"
    }
}

/// The spelling of a short JSON value, such as a code.
struct Spelling: TallyKey {
    private static let bytesMax = 16

    /// The JSON type.
    let type: String

    /// The literal, without the quotes of a string; nil if it is longer than any code.
    let value: String?

    init(_ json: JSONValue) {
        type = json.typeName
        value = json.range.count <= Self.bytesMax ? json.literal : nil
    }
}

/// The form of an X-EXTERNAL-ID.
struct ExternalIDForm: TallyKey {
    /// `uuid`, `digits`, `other`, or `missing`.
    let form: String

    /// Length in bytes.
    let length: Int

    init(_ id: String?) {
        length = id?.utf8.count ?? 0
        guard let id, length > 0 else {
            form = "missing"
            return
        }
        let isDigits = id.utf8.allSatisfy { (0x30...0x39).contains($0) }
        form = isDigits ? "digits" : Self.isUUID(id) ? "uuid" : "other"
    }

    /// RFC 9562 section 4: 8, 4, 4, 4 and 12 hexadecimal digits.
    private static func isUUID(_ id: String) -> Bool {
        let groups = id.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }
}

/// The notation of a time.
struct TimeForm: TallyKey {
    /// The member or header that contains the time.
    let name: String

    /// `rfc3339`, `epochMilliseconds`, or `other`.
    let form: String

    /// The offset, such as `Z` or `+07:00`; nil unless the form is RFC 3339.
    let offset: String?

    /// Digits of the fraction of a second; nil unless the form is RFC 3339.
    let fractionDigits: Int?

    init(_ name: String, _ text: String) {
        self.name = name
        let bytes = Array(text.utf8)
        guard Timestamp(rfc3339: bytes.span) != nil else {
            let isEpoch = Timestamp(epochMilliseconds: bytes.span) != nil
            form = isEpoch ? "epochMilliseconds" : "other"
            offset = nil
            fractionDigits = nil
            return
        }
        form = "rfc3339"
        let offsetCount = bytes.last.map { $0 | 0x20 } == UInt8(ascii: "z") ? 1 : 6
        offset = String(decoding: bytes.suffix(offsetCount), as: UTF8.self)
        // `yyyy-mm-ddThh:mm:ss` has 19 bytes; a point and digits may follow.
        fractionDigits = max(bytes.count - offsetCount - 20, 0)
    }
}

/// The notation of an amount's value.
struct AmountForm: TallyKey {
    /// The JSON type.
    let type: String

    /// Digits after the decimal point; nil if the value is not a number.
    let decimals: Int?

    let exponent: Bool

    init(_ json: JSONValue) {
        type = json.typeName
        let literal = json.literal.lowercased()
        let isNumber =
            [.string, .number].contains(json.kind) && literal.first.map { $0.isNumber } == true
            && literal.allSatisfy { "+-.e0123456789".contains($0) }
        exponent = isNumber && literal.contains("e")
        let mantissa = literal.prefix { $0 != "e" }
        let fraction = mantissa.drop { $0 != "." }.dropFirst()
        decimals = isNumber ? fraction.count : nil
    }
}

extension JSONValue {
    /// The name of the value's type in RFC 8259.
    var typeName: String {
        switch kind {
        case .object: "object"
        case .array: "array"
        case .string: "string"
        case .number: "number"
        case .true, .false: "boolean"
        case .null: "null"
        }
    }
}
