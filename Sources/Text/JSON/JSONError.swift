/// Why bytes are not the JSON we accept, and where. Never says what stood there.
package struct JSONError: Error, Equatable, Sendable {
    /// The rule that was broken.
    package enum Reason: String, Sendable {
        case endOfText = "ends too early"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "bytes after the value"
        case nesting = "nested too deeply"
        case number = "malformed number"
        case control = "control character in a string"
        case escape = "malformed escape"
        case surrogate = "lone surrogate"
        case encoding = "not UTF-8"
        case repeatedName = "member name repeated"
        case size = "too large"
    }

    package let reason: Reason

    /// Bytes before the one at fault.
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "JSON: \(reason.rawValue) at byte \(offset)" }
}
