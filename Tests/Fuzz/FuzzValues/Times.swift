import Glibc
import HTTPCore
import Text

/// RFC 3339 against days that are counted one month after the other.
func checkTimestamp(_ text: [UInt8]) {
    let milliseconds = Timestamp(rfc3339: text.span)?.milliseconds
    precondition(milliseconds == plainMilliseconds(text), "another instant")
    if let number = Timestamp(epochMilliseconds: text.span) {
        precondition((1_000_000_000_000...9_999_999_999_999).contains(number.milliseconds))
    }
}

private func plainMilliseconds(_ bytes: [UInt8]) -> Int64? {
    let form =
        #/
        (\d{4}) - (\d\d) - (\d\d) [Tt] (\d\d) : (\d\d) : (\d\d) (?:\.(\d+))?
        (?: [Zz] | ([+\-]) (\d\d) : (\d\d) )
        /#
    guard let text = String(validating: bytes, as: UTF8.self), text.utf8.allSatisfy({ $0 < 0x80 }),
        let found = text.wholeMatch(of: form)
    else { return nil }
    let number = { (text: Substring?) in text.flatMap { Int($0) } ?? 0 }
    let (year, month, day) = (number(found.1), number(found.2), number(found.3))
    let (hour, minute, second) = (number(found.4), number(found.5), number(found.6))
    let (offsetHour, offsetMinute) = (number(found.9), number(found.10))
    guard year >= 1, (1...12).contains(month), (1...monthDays(year, month)).contains(day),
        hour <= 23, minute <= 59, second <= 60, offsetHour <= 23, offsetMinute <= 59
    else { return nil }
    var days = day - 1
    for earlier in 1..<month { days += monthDays(year, earlier) }
    for earlier in min(year, 1970)..<max(year, 1970) {
        days += (isLeap(earlier) ? 366 : 365) * (year < 1970 ? -1 : 1)
    }
    let offset = (offsetHour * 60 + offsetMinute) * (found.8 == "-" ? -1 : 1)
    let seconds = (days * 1_440 + hour * 60 + minute - offset) * 60 + second
    // A leap second is the last one of a month in UTC.
    if second == 60 {
        guard seconds % 86_400 == 0, isFirstOfMonth(seconds / 86_400) else { return nil }
    }
    let fraction = (found.7.map(String.init) ?? "") + "000"
    return Int64(seconds * 1_000) + (Int64(fraction.prefix(3)) ?? 0)
}

private func isLeap(_ year: Int) -> Bool {
    year % 400 == 0 || year % 4 == 0 && year % 100 != 0
}

private func monthDays(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// Whether a day, counted from 1970-01-01, is the first of a month, says Glibc.
private func isFirstOfMonth(_ day: Int) -> Bool {
    var seconds = day * 86_400
    var parts = tm()
    return gmtime_r(&seconds, &parts) != nil && parts.tm_mday == 1
}

/// The Date field against `strftime`.
func checkDate(_ bytes: [UInt8]) {
    var seconds = bytes.prefix(5).reduce(0) { $0 << 8 | Int($1) }
    var parts = tm()
    var text = [CChar](repeating: 0, count: 64)
    guard seconds <= 253_402_300_799, gmtime_r(&seconds, &parts) != nil else { return }
    let size = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    let expected = text.prefix(size).map { UInt8(bitPattern: $0) }
    precondition(HTTPDate(epochSeconds: seconds).bytes == expected)
}

/// Times as SNAP BI writes them are read again, to the second or to the millisecond.
func checkJakartaTime(_ bytes: [UInt8]) {
    let milliseconds = bytes.prefix(6).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    guard milliseconds < 253_402_300_799_000 - JakartaTime.offsetMilliseconds else { return }
    for hasFraction in [false, true] {
        let text = JakartaTime.bytes(milliseconds: milliseconds, hasFraction: hasFraction)
        let expected = hasFraction ? milliseconds : milliseconds / 1_000 * 1_000
        precondition(text.count == (hasFraction ? 29 : 25))
        precondition(Timestamp(rfc3339: text.span)?.milliseconds == expected)
    }
}
