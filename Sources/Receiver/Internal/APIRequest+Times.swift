import Snap

extension APIRequest {
    /// A parameter that is a Jakarta day (`2026-11-22`, its first moment) or an RFC 3339 time, as
    /// milliseconds since the epoch; nil when it is not given.
    func milliseconds(_ name: String) throws(Problem) -> Int64? {
        guard let text = text(name) else { return nil }
        let bytes = Array(text.utf8)
        if let start = JakartaTime.startOfDay(bytes.span) { return start }
        if let time = Timestamp(rfc3339: bytes.span) { return time.milliseconds }
        throw Problem(
            .invalidParameter,
            "\(name) has to be a Jakarta day such as 2026-11-22 or an RFC 3339 time.",
            field: name
        )
    }
}
