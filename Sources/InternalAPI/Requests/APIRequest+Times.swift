import APIModel
import Snap
import Text

extension APIRequest {
    /// A parameter that is a Jakarta day (`2026-11-22`, its first moment) or an RFC 3339 time, as
    /// milliseconds since the epoch; nil when it is not given.
    func milliseconds(_ name: String) throws(Problem) -> Int64? {
        guard let text = text(name) else { return nil }
        if let milliseconds = JakartaTime.milliseconds(text) { return milliseconds }
        throw Problem(
            .invalidParameter,
            "\(name) has to be \(JakartaTime.forms).",
            field: name
        )
    }
}

extension APIMembers {
    /// The same for a member.
    func milliseconds(_ name: String) throws(Problem) -> Int64? {
        guard let text = try text(name, expected: JakartaTime.forms) else { return nil }
        if let milliseconds = JakartaTime.milliseconds(text) { return milliseconds }
        throw Self.invalid(name, expected: JakartaTime.forms)
    }
}
