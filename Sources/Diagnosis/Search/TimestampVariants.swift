import Snap
import Text

/// Other notations of the instant of an X-TIMESTAMP.
enum TimestampVariants {
    /// Maximum number of notations tried.
    static let countMax = 600

    /// All texts to try, starting with the values of the header.
    ///
    /// A single value counts as no change. Each of several values counts as one, because a request
    /// with a repeated header is rejected.
    static func ladder(_ values: [[UInt8]]) -> VariantLadder<[UInt8]> {
        var ladder = VariantLadder<[UInt8]>(countMax: countMax)
        let values = values.filter { !$0.isEmpty && $0.count <= bytesMax }.prefix(repeatedMax)
        if values.count == 1 {
            ladder.add(values[0])
        } else {
            for value in values {
                let text = String(decoding: value, as: UTF8.self)
                let detail = "X-TIMESTAMP occurs more than once; the signed value is \(text)"
                ladder.add(value, [SignatureDifference(name: .repeatedHeader, detail: detail)])
            }
        }
        if values.count == 1 { addLineEnds(to: values[0], &ladder) }
        ladder.close { alternatives(to: $0) + TimestampShifts.alternatives(to: $0) }
        return ladder
    }

    /// Adds the value with a line end, which is then that of the whole string to sign: `echo` and
    /// editors add one to a file that is signed.
    private static func addLineEnds(to value: [UInt8], _ ladder: inout VariantLadder<[UInt8]>) {
        for (lineEnd, name) in [("\n", "a line feed"), ("\r\n", "CR LF")] {
            let detail = "\(name) is signed after the time, as `echo` and editors add it"
            ladder.add(
                value + Array(lineEnd.utf8),
                [SignatureDifference(name: .timestampForm, detail: detail)]
            )
        }
    }

    /// Maximum bytes of a value that is tried; longer than any notation of a time.
    private static let bytesMax = 128
    /// Maximum number of repeated headers tried.
    private static let repeatedMax = 4

    private static func alternatives(
        to value: [UInt8]
    ) -> [(value: [UInt8], change: SignatureDifference)] {
        guard let instant = instant(of: value) else { return [] }
        return forms(of: instant, asIn: value).filter { $0 != value }.map { form in
            let text = String(decoding: form, as: UTF8.self)
            return (
                form,
                SignatureDifference(name: .timestampForm, detail: "the time is signed as \(text)")
            )
        }
    }

    /// The instant of a text, parsed leniently; nil if it is not a time.
    ///
    /// Accepts RFC 3339, epoch seconds and milliseconds, a blank for `T`, and offsets as `+0700` or
    /// `+07`.
    static func instant(of value: [UInt8]) -> Timestamp? {
        if let time = Timestamp(rfc3339: value.span) { return time }
        if let time = Timestamp(epochMilliseconds: value.span) { return time }
        let isSeconds = value.count == 10 && value.allSatisfy { (0x30...0x39).contains($0) }
        if isSeconds, let time = Timestamp(epochMilliseconds: (value + Array("000".utf8)).span) {
            return time
        }
        var text = value
        if text.count > 10, text[10] == 0x20 { text[10] = UInt8(ascii: "T") }
        let sign = text.lastIndex { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        if let sign, sign > 10, text.count == sign + 5 { text.insert(0x3A, at: sign + 3) }
        if let sign, sign > 10, text.count == sign + 3 { text += Array(":00".utf8) }
        if let time = Timestamp(rfc3339: text.span) { return time }
        // A time without an offset is read as Jakarta time.
        return Timestamp(rfc3339: (text + Array("+07:00".utf8)).span)
    }

    /// The notations of an instant: in Jakarta time and UTC, and as epoch seconds and milliseconds.
    ///
    /// With `T` or a blank, with several offsets or none, and with no fraction, three digits, six
    /// digits, or the fraction of `text`.
    private static func forms(of time: Timestamp, asIn text: [UInt8]) -> [[UInt8]] {
        let milliseconds = time.milliseconds
        let zones: [(offset: Int64, names: [String])] = [
            (0, ["+07:00", "+0700", "+07", ""]),
            (JakartaTime.offsetMilliseconds, ["Z", "+00:00", "+0000", "+00", ""]),
        ]
        let given = text.dropFirst(19)
        let digits =
            given.first == 0x2E ? given.dropFirst().prefix { (0x30...0x39).contains($0) } : []
        let own = digits.isEmpty ? "" : "." + String(decoding: digits, as: UTF8.self)
        var forms: [String] = []
        for zone in zones {
            let shown = JakartaTime.textWithFraction(milliseconds: milliseconds - zone.offset)
            let (day, clock) = (shown.prefix(10), shown.dropFirst(11).prefix(8))
            let fraction = String(shown.dropFirst(19).prefix(4))
            for digits in ["", fraction, fraction + "000", own] {
                for name in zone.names {
                    forms.append("\(day)T\(clock)\(digits)\(name)")
                    forms.append("\(day) \(clock)\(digits)\(name)")
                }
            }
        }
        forms += [String(milliseconds), String(milliseconds / 1000)]
        return forms.map { Array($0.utf8) }
    }
}
