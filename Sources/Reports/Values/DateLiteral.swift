import Text

/// A date with an optional time, as a spreadsheet writes it, with all its readings.
///
/// Times without an offset are Jakarta times.
struct DateLiteral: Equatable, Sendable {
    enum Reading: Equatable, Sendable {
        /// In milliseconds since the epoch.
        case one(Int64)

        /// Two numbers up to 12: either can be the month.
        case two(dayFirst: Int64, monthFirst: Int64)
    }

    let reading: Reading

    /// The order that the literal proves; nil if it fits both, or the year comes first.
    let provenOrder: DateOrder?

    /// Whether the text has a time of the day.
    let hasTime: Bool

    static let forms = "a date such as 22/11/2026, 22-11-2026 14:05 or 2026-11-22"

    /// - Parameter bytes: the text without blanks at its ends.
    init?(_ bytes: ArraySlice<UInt8>) {
        var text = bytes
        if text.first == UInt8(ascii: "'") { text = text.dropFirst().trimmed }
        if let time = Timestamp(rfc3339: text.span) {
            (reading, provenOrder, hasTime) = (.one(time.milliseconds), nil, true)
            return
        }
        let date = text.prefix { $0 != 0x20 && $0 != UInt8(ascii: "T") }
        let rest = text[date.endIndex...].dropFirst().trimmed
        guard let time = rest.isEmpty ? 0 : Self.timeOfDay(rest),
            let numbers = Self.numbers(date)
        else { return nil }
        hasTime = !rest.isEmpty
        let start = { (year: Int, month: Int, day: Int) in
            Self.startOfDay(year, month, day).map { $0 + time }
        }
        if numbers.yearFirst {
            guard let day = start(numbers.first, numbers.second, numbers.third) else { return nil }
            (reading, provenOrder) = (.one(day), nil)
            return
        }
        let dayFirst = start(numbers.third, numbers.second, numbers.first)
        let monthFirst = start(numbers.third, numbers.first, numbers.second)
        switch (dayFirst, monthFirst) {
        case (let one?, let other?) where one != other:
            (reading, provenOrder) = (.two(dayFirst: one, monthFirst: other), nil)
        case (let one?, .some): (reading, provenOrder) = (.one(one), nil)
        case (let one?, nil): (reading, provenOrder) = (.one(one), .dayFirst)
        case (nil, let one?): (reading, provenOrder) = (.one(one), .monthFirst)
        case (nil, nil): return nil
        }
    }

    private struct Numbers {
        let first: Int
        let second: Int
        let third: Int

        /// Whether the first number is the year; else the third is.
        let yearFirst: Bool
    }

    /// Three numbers with the same mark between them; the year has four digits.
    private static func numbers(_ text: ArraySlice<UInt8>) -> Numbers? {
        guard let mark = text.first(where: { !$0.isDigit }), "/-.".utf8.contains(mark) else {
            return nil
        }
        let parts = text.split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ (1...4).contains($0.count) }) else { return nil }
        let numbers = parts.compactMap { number($0) }
        let lengths = parts.map { $0.count == 4 ? "y" : $0.count < 3 ? "d" : "?" }.joined()
        guard numbers.count == 3, lengths == "ydd" || lengths == "ddy" else { return nil }
        return Numbers(
            first: numbers[0],
            second: numbers[1],
            third: numbers[2],
            yearFirst: lengths == "ydd"
        )
    }

    /// Digits alone, at most four.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...4).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// The start of a day in Jakarta; nil if there is no such day.
    private static func startOfDay(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        let digit = { (value: Int) in UInt8(ascii: "0") + UInt8(value % 10) }
        let text = [
            digit(year / 1_000), digit(year / 100), digit(year / 10), digit(year),
            UInt8(ascii: "-"), digit(month / 10), digit(month), UInt8(ascii: "-"),
            digit(day / 10), digit(day),
        ]
        return JakartaTime.startOfDay(text.span)
    }

    /// `14:05`, `14:05:11`, `14.05` or `2:05 PM`, with an optional fraction and `WIB`; in
    /// milliseconds since midnight.
    private static func timeOfDay(_ text: ArraySlice<UInt8>) -> Int64? {
        var rest = text
        if rest.suffix(3).matches("wib") { rest = rest.dropLast(3).trimmed }
        var half: Int?
        for (word, hours) in [("am", 0), ("pm", 12)] where rest.suffix(2).matches(word) {
            half = hours
            rest = rest.dropLast(2).trimmed
        }
        guard let mark = rest.first(where: { !$0.isDigit }), ":.".utf8.contains(mark) else {
            return nil
        }
        let parts = rest.split(separator: mark, omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let minute = number(parts[1]) else { return nil }
        var second = 0
        if parts.count == 3 {
            // A fraction of the second is cut off.
            let whole = parts[2].prefix { $0.isDigit }
            let fraction = parts[2].dropFirst(whole.count)
            guard let value = number(whole),
                fraction.isEmpty || fraction.first == UInt8(ascii: "."),
                fraction.dropFirst().allSatisfy(\.isDigit)
            else { return nil }
            second = value
        }
        guard var hour = number(parts[0]), minute < 60, second < 60 else { return nil }
        if let half {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + half
        }
        guard hour < 24 else { return nil }
        return Int64(hour * 3_600 + minute * 60 + second) * 1_000
    }
}

/// Whether the day or the month comes first in dates; the raw value is the word of the parameter.
package enum DateOrder: String, CaseIterable, Sendable {
    case dayFirst, monthFirst
}

/// Which order the dates of a report prove.
struct DateOrderEvidence {
    private var proof: (order: DateOrder, line: Int, text: String)?

    /// What the request says.
    private let given: DateOrder?

    init(given: DateOrder?) { self.given = given }

    /// Adds a date.
    ///
    /// - Throws: the date contradicts an earlier one, or the request.
    mutating func add(
        _ literal: DateLiteral,
        _ text: ArraySlice<UInt8>,
        line: Int,
        column: String
    ) throws(ReportProblem) {
        guard let order = literal.provenOrder else { return }
        if let given, given != order {
            throw .value(
                text,
                "which does not fit dateOrder \(given.rawValue)",
                line: line,
                column: column,
                parameter: .dateOrder
            )
        }
        guard let proof else {
            proof = (order, line, shown(text))
            return
        }
        guard proof.order != order else { return }
        throw .value(
            text,
            "which does not fit \(proof.text) on line \(proof.line); write all dates in one order",
            line: line,
            column: column,
            parameter: .date
        )
    }

    /// The time of a literal.
    ///
    /// - Throws: it has two readings, and no other date tells which is right.
    func milliseconds(
        of literal: DateLiteral,
        line: Int,
        column: String
    ) throws(ReportProblem) -> Int64 {
        switch literal.reading {
        case .one(let milliseconds): return milliseconds
        case .two(let dayFirst, let monthFirst):
            switch given ?? proof?.order {
            case .dayFirst: return dayFirst
            case .monthFirst: return monthFirst
            case nil:
                let days = [dayFirst, monthFirst].map {
                    JakartaTime.text(milliseconds: $0).prefix(10)
                }
                throw ReportProblem(
                    "\(quotedColumn(column)): does a date mean \(days[0]) or \(days[1])? Set "
                        + "dateOrder to dayFirst for \(days[0]), to monthFirst for \(days[1]).",
                    line: line,
                    parameter: .dateOrder
                )
            }
        }
    }
}
