package import Text

extension JakartaTime {
    package static let forms = "a Jakarta day such as 2026-11-22 or an RFC 3339 time"

    /// The first moment of a day, or a time; nil for all else.
    package static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return startOfDay(bytes.span) ?? Timestamp(rfc3339: bytes.span)?.milliseconds
    }
}
