package import Text

extension JakartaTime {
    package static let forms = "a Jakarta day such as 2026-11-22 or an RFC 3339 time"

    /// Parses a Jakarta day, which stands for its start, or an RFC 3339 time.
    ///
    /// - Returns: milliseconds since the epoch; nil if the text is neither.
    package static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return startOfDay(bytes.span) ?? Timestamp(rfc3339: bytes.span)?.milliseconds
    }
}
