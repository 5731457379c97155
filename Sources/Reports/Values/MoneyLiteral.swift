/// An amount as a spreadsheet writes it, such as `25.000,00`, `25,000.00`, `Rp 25.000,-` or
/// `(25.000)`, with all its readings.
struct MoneyLiteral: Equatable, Sendable {
    enum Reading: Equatable, Sendable {
        /// In sen.
        case one(Int64)

        /// One mark with three digits behind it, such as `25.000`: it separates thousands, or three
        /// decimals follow it.
        case two(thousands: ReportedMoney, decimals: ReportedMoney, mark: DecimalMark)
    }

    let reading: Reading

    /// The decimal mark that the literal proves; nil if it fits both.
    let provenMark: DecimalMark?

    /// - Parameters:
    ///   - bytes: the text without blanks at its ends.
    ///   - isWhole: whether the amount is in whole rupiah, as amounts of payments are. Then the
    ///     point of `7.500` can only separate thousands.
    init?(_ bytes: ArraySlice<UInt8>, isWhole: Bool) {
        guard let text = MoneyText(bytes), let digits = DigitGroups(text.digits) else { return nil }
        let sign: Int64 = text.isNegative ? -1 : 1
        guard let found = digits.readings(isWhole: isWhole) else { return nil }
        if let decimals = found.decimals, let mark = found.mark, !text.hasDash {
            reading = .two(
                thousands: ReportedMoney(sen: sign * found.sen),
                decimals: ReportedMoney(sen: sign * decimals),
                mark: mark
            )
            provenMark = nil
        } else {
            reading = .one(sign * found.sen)
            let proof = found.mark?.other ?? found.proof
            if text.hasDash, proof == .point { return nil }
            provenMark = text.hasDash ? .comma : proof
        }
    }

    /// The literal of a value with two readings in short.
    func text(_ mark: DecimalMark) -> String {
        guard case .two(let thousands, _, _) = reading else { return "" }
        let whole = thousands.sen.magnitude / 100
        let rest = String(whole % 1_000)
        let zeros = String(repeating: "0", count: 3 - rest.count)
        let sign = thousands.sen < 0 ? "-" : ""
        return "\(sign)\(whole / 1_000)\(mark == .point ? "." : ",")\(zeros)\(rest)"
    }
}

/// An amount without its sign and currency.
private struct MoneyText {
    /// Digits and the marks between them.
    var digits: ArraySlice<UInt8>
    var isNegative = false

    /// Whether `,-` follows, which stands for "no sen" and so has a decimal comma.
    var hasDash = false

    /// Removes what surrounds the digits; nil if a sign is doubled or a bracket is not closed.
    init?(_ bytes: ArraySlice<UInt8>) {
        digits = bytes
        // Most amounts have nothing around their digits.
        if digits.first?.isDigit == true, digits.last?.isDigit == true { return }
        digits = digits.trimmed
        if digits.first == UInt8(ascii: "'") { digits = digits.dropFirst().trimmed }
        if digits.first == UInt8(ascii: "(") {
            guard digits.last == UInt8(ascii: ")") else { return nil }
            isNegative = true
            digits = digits.dropFirst().dropLast().trimmed
        }
        removeSign()
        removeCurrency()
        removeSign()
        for ending in [",--", ",-"] where digits.suffix(ending.utf8.count).matches(ending) {
            hasDash = true
            digits = digits.dropLast(ending.utf8.count)
            break
        }
        if digits.last == UInt8(ascii: "-"), !isNegative {
            isNegative = true
            digits = digits.dropLast().trimmed
        }
        guard let first = digits.first, first.isDigit, digits.last?.isDigit == true else {
            return nil
        }
    }

    private mutating func removeSign() {
        guard !isNegative else { return }
        if digits.first == UInt8(ascii: "+") {
            digits = digits.dropFirst().trimmed
            return
        }
        // A hyphen, and U+2212, the sign of mathematics.
        for sign in [[UInt8(ascii: "-")], [0xE2, 0x88, 0x92]] where digits.starts(with: sign) {
            isNegative = true
            digits = digits.dropFirst(sign.count).trimmed
            return
        }
    }

    private mutating func removeCurrency() {
        for word in ["rp.", "rp", "idr"] where digits.begins(with: word) {
            digits = digits.dropFirst(word.utf8.count).trimmed
            return
        }
        for word in ["idr", "rp"] where digits.suffix(word.utf8.count).matches(word) {
            digits = digits.dropLast(word.utf8.count).trimmed
            return
        }
    }
}

/// Digits in groups, with the marks between them.
private struct DigitGroups {
    private var groups: [ArraySlice<UInt8>] = []

    /// The mark before each group but the first; nil for a blank or an apostrophe.
    private var marks: [DecimalMark?] = []

    /// More digits than an amount has, so that sums do not overflow.
    private static let digitsMax = 15

    struct Readings {
        /// The amount in sen; with ``decimals``, that in which the mark separates thousands.
        var sen: Int64

        /// The amount in sen if three decimals follow ``mark``.
        var decimals: Int64?
        var mark: DecimalMark?

        /// The decimal mark that the groups prove.
        var proof: DecimalMark?
    }

    init?(_ text: ArraySlice<UInt8>) {
        var start = text.startIndex
        var index = start
        while index < text.endIndex {
            let byte = text[index]
            if byte.isDigit {
                index += 1
                continue
            }
            let length = byte == UInt8(ascii: "'") ? 1 : text[index...].leadingBlank
            guard index > start, DecimalMark(byte: byte) != nil || length != nil else { return nil }
            groups.append(text[start..<index])
            marks.append(DecimalMark(byte: byte))
            index += length ?? 1
            start = index
        }
        guard index > start else { return nil }
        groups.append(text[start..<index])
    }

    func readings(isWhole: Bool) -> Readings? {
        guard let last = marks.last else { return whole(groups).map { Readings(sen: $0 * 100) } }
        let count = marks.count { $0 == last }
        if marks.count == count {
            // One kind of mark.
            guard let mark = last else { return thousands(groups, proof: nil) }
            if marks.count > 1 { return thousands(groups, proof: mark.other) }
            return single(mark, isWhole: isWhole)
        }
        // Another mark before the last one, which so comes once and has the decimals.
        guard let mark = last, count == 1, Set(marks.dropLast()).count == 1,
            let sen = decimals
        else { return nil }
        return Readings(sen: sen, proof: mark)
    }

    /// A mark that comes once and is the only one.
    private func single(_ mark: DecimalMark, isWhole: Bool) -> Readings? {
        let (head, tail) = (groups[0], groups[1])
        guard let value = decimals else {
            // A third decimal that is not zero: the mark can only separate thousands.
            return thousands(groups, proof: mark.other)
        }
        let isGroup = tail.count == 3 && head.count <= 3 && head.first != UInt8(ascii: "0")
        guard isGroup, let thousands = whole(groups) else {
            let isZero = value == 0
            return Readings(sen: value, proof: isZero ? nil : mark)
        }
        // Sen in an amount of whole rupiah: the mark can only separate thousands.
        if isWhole, !value.isMultiple(of: 100) {
            return Readings(sen: thousands * 100, proof: mark.other)
        }
        return Readings(sen: thousands * 100, decimals: value, mark: mark)
    }

    private func thousands(_ groups: [ArraySlice<UInt8>], proof: DecimalMark?) -> Readings? {
        guard Self.areThousands(groups), let value = whole(groups) else { return nil }
        return Readings(sen: value * 100, proof: proof)
    }

    /// The amount in sen whose decimals are the last group; nil with more than two decimals.
    private var decimals: Int64? {
        guard let tail = groups.last else { return nil }
        let heads = Array(groups.dropLast())
        guard heads.count == 1 || Self.areThousands(heads), let rupiah = whole(heads) else {
            return nil
        }
        guard tail.dropFirst(2).allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
        let sen = tail.prefix(2).reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return rupiah * 100 + (tail.count == 1 ? sen * 10 : sen)
    }

    /// Whether the groups are thousands: three digits each, one to three in the first.
    private static func areThousands(_ groups: [ArraySlice<UInt8>]) -> Bool {
        guard let first = groups.first, (1...3).contains(first.count),
            first.first != UInt8(ascii: "0")
        else { return false }
        return groups.dropFirst().allSatisfy { $0.count == 3 }
    }

    /// The number that all digits of the groups form; nil if there are too many.
    private func whole(_ groups: [ArraySlice<UInt8>]) -> Int64? {
        let digits = groups.joined().drop { $0 == UInt8(ascii: "0") }
        guard digits.count(where: { _ in true }) <= Self.digitsMax else { return nil }
        return digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }
}
