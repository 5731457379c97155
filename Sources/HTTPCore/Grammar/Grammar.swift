/// One field line of a head, as ranges into the bytes that contain it.
package struct Field: Equatable, Sendable {
    package let name: Range<Int>

    /// Without surrounding white space; may be empty.
    package let value: Range<Int>
}

// The productions that requests, responses and trailers share. All are strict: input that RFC 9112
// lets a recipient repair is rejected, because a proxy in front may repair it differently.
extension Span<UInt8> {
    /// Parses one field line with its CRLF (RFC 9112 section 5: `field-name ":" OWS value OWS`).
    ///
    /// - Returns: the field, and the index of the next line.
    func fieldLine(at start: Int) throws(GrammarError) -> (field: Field, next: Int) {
        let colon = end(of: .token, in: start..<count)
        guard colon > start, colon < count, self[colon] == UInt8(ascii: ":") else {
            let isFolded = start < count && self[start].isBlank
            throw GrammarError(isFolded ? .leadingWhitespace : .fieldName, at: colon)
        }
        let valueEnd = endOfFieldValue(in: (colon + 1)..<count)
        let next = try lineEnd(at: valueEnd, otherwise: .controlCharacter)
        let value = trimmed((colon + 1)..<valueEnd)
        return (Field(name: start..<colon, value: value), next)
    }

    /// Requires a CRLF.
    ///
    /// - Parameter part: the error if the byte at `index` is neither CR nor LF.
    /// - Returns: the index after the CRLF.
    func lineEnd(at index: Int, otherwise part: MalformedPart) throws(GrammarError) -> Int {
        if index + 1 < count, self[index] == .carriageReturn, self[index + 1] == .lineFeed {
            return index + 2
        }
        let isLineByte =
            index >= count || self[index] == .carriageReturn || self[index] == .lineFeed
        throw GrammarError(isLineByte ? .lineEnding : part, at: index)
    }

    /// Parses `HTTP-version` (RFC 9112 section 2.3): exactly eight bytes.
    func httpVersion(at start: Int) throws(GrammarError) -> (major: Int, minor: Int) {
        let name = start..<(start + "HTTP/".utf8.count)
        let major = name.upperBound
        guard major + 2 < count, isExactly("HTTP/", in: name), self[major + 1] == UInt8(ascii: "."),
            let majorValue = self[major].digitValue, let minorValue = self[major + 2].digitValue
        else { throw GrammarError(.version, at: start) }
        return (majorValue, minorValue)
    }

    /// `range` without the blanks (SP and HTAB) at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, self[lower].isBlank { lower += 1 }
        while lower < upper, self[upper - 1].isBlank { upper -= 1 }
        return lower..<upper
    }

    /// The first index in `range` whose byte is neither in `members` nor part of a `pct-encoded`
    /// triple (RFC 3986 section 2.1); the end of `range` if there is none.
    func end(ofEscaped members: ByteClass, in range: Range<Int>) -> Int {
        var index = end(of: members, in: range)
        while index + 2 < range.upperBound, self[index] == UInt8(ascii: "%"),
            ByteClass.hexDigit.contains(self[index + 1]),
            ByteClass.hexDigit.contains(self[index + 2])
        {
            index = end(of: members, in: (index + 3)..<range.upperBound)
        }
        return index
    }

    /// The end of the `uri-host` at the start of `range` (RFC 3986 section 3.2.2), which may be
    /// empty; nil if an opening bracket is not followed by an address and a closing bracket.
    func hostEnd(in range: Range<Int>) -> Int? {
        guard !range.isEmpty, self[range.lowerBound] == UInt8(ascii: "[") else {
            return end(ofEscaped: .registeredName, in: range)
        }
        let inner = (range.lowerBound + 1)..<range.upperBound
        let close = end(of: .addressLiteral, in: inner)
        // The shortest address is "::". Formats later than version 6 do not exist yet.
        guard close >= inner.lowerBound + 2, close < inner.upperBound,
            self[close] == UInt8(ascii: "]")
        else { return nil }
        return close + 1
    }

    /// Whether `range` is `uri-host [ ":" port ]` (RFC 9110 section 7.2); an empty host is
    /// accepted.
    func isHost(_ range: Range<Int>) -> Bool {
        guard let hostEnd = hostEnd(in: range) else { return false }
        if hostEnd == range.upperBound { return true }
        guard self[hostEnd] == UInt8(ascii: ":") else { return false }
        return end(of: .digit, in: (hostEnd + 1)..<range.upperBound) == range.upperBound
    }

    /// The value of `1*DIGIT`; nil if `range` is anything else.
    ///
    /// A number larger than `Int.max` is returned as `Int.max`, which exceeds every limit.
    func decimal(_ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        var value = 0
        for index in range {
            guard let digit = self[index].digitValue else { return nil }
            let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = tenfold.addingReportingOverflow(digit)
            value = overflows || overflowsToo ? .max : sum
        }
        return value
    }

    /// Whether `range` is `text`, byte for byte.
    func isExactly(_ text: String, in range: Range<Int>) -> Bool {
        guard text.utf8.count == range.count else { return false }
        var index = range.lowerBound
        for byte in text.utf8 {
            if self[index] != byte { return false }
            index += 1
        }
        return true
    }

    /// Whether `range` is `text`, ignoring the case of ASCII letters.
    func matches(_ text: String, in range: Range<Int>) -> Bool {
        // Most names differ in length; only then are the bytes of the text needed.
        guard text.utf8.count == range.count else { return false }
        let wanted = text.utf8.span
        for place in wanted.indices {
            let byte = self[range.lowerBound + place]
            if byte != wanted[place], byte.lowercased != wanted[place].lowercased { return false }
        }
        return true
    }

    /// Whether the comma-separated list in `range` has the member `token`, ignoring case (RFC 9110
    /// section 5.6.1; empty members are skipped).
    func list(_ range: Range<Int>, contains token: String) -> Bool {
        var start = range.lowerBound
        for index in range where self[index] == UInt8(ascii: ",") {
            if matches(token, in: trimmed(start..<index)) { return true }
            start = index + 1
        }
        return matches(token, in: trimmed(start..<range.upperBound))
    }

    /// The members of the comma-separated list in `range`, without the blanks around them; an empty
    /// member is an empty range.
    func members(of range: Range<Int>) -> [Range<Int>] {
        var members: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where self[index] == UInt8(ascii: ",") {
            members.append(trimmed(start..<index))
            start = index + 1
        }
        return members + [trimmed(start..<range.upperBound)]
    }
}

/// The HTTP versions that are distinguished; a later minor version of 1 is treated as 1.1 (RFC 9110
/// section 2.5).
package enum HTTPVersion: Sendable {
    case http10
    case http11
}

/// Whether a field may have this value (RFC 9110 section 5.5).
package func isFieldValue(_ value: Span<UInt8>) -> Bool {
    value.endOfFieldValue(in: value.indices) == value.count
}

/// What a head has of a field that may occur only once.
package enum SingleField: Equatable, Sendable {
    case absent
    case repeated
    /// The range of its value in the head's bytes.
    case value(Range<Int>)
}

/// Finds the fields with one name, without allocating.
struct FieldSearch {
    /// The first field with the name.
    private(set) var first: Field?

    /// Whether more than one field has the name.
    private(set) var isRepeated = false

    /// - Parameters:
    ///   - name: the field name, case-insensitive.
    ///   - fields: the fields of one head.
    ///   - bytes: the bytes that the ranges of the fields refer to.
    init(of name: String, in fields: [Field], of bytes: Span<UInt8>) {
        for field in fields where bytes.matches(name, in: field.name) {
            if first != nil {
                isRepeated = true
                return
            }
            first = field
        }
    }
}
