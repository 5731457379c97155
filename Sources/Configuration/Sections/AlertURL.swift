package import HTTPClient
import HTTPCore

/// The URL of an alert: `https`, or `http` to this machine, with path and query.
///
/// Path and query often contain the secret of a chat or push service, so the description has only
/// scheme and host.
package struct AlertURL: Sendable, Equatable {
    private let base: HTTPURL

    /// Path and query, in the form in which they are sent (RFC 9112 section 3.2.1).
    package let target: String

    /// Scheme, host and port.
    package var origin: Origin { Origin(base) }

    /// Parses the value of a key; errors do not contain it.
    init(configured text: String) throws(Malformed) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard !text.contains("#") else {
            throw Malformed("has a fragment, expected a URL without one")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Malformed("contains a blank or a non-ASCII character, expected a URL")
        }
        base = try HTTPURL(configured: String(parts.first ?? ""))
        guard base.isPrivate else {
            throw Malformed(
                "uses http to another machine, expected https (http is allowed to loopback only)"
            )
        }
        target = parts.count == 2 ? "\(base.target)?\(parts[1])" : base.target
        do throws(UnsendableRequest) {
            _ = try serializeRequestHead(
                method: "POST",
                target: target,
                host: "localhost",
                fields: [],
                bodyBytes: 0
            )
        } catch {
            throw Malformed(
                "has a character in its path or query that a URL cannot have, expected other "
                    + "characters percent-encoded"
            )
        }
    }

    /// The printed value: `***` in place of a path.
    var redactedText: String { target == "/" ? description : "\(description)/***" }
}

extension AlertURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Scheme, host and port, as in `https://hooks.slack.com`.
    package var description: String { origin.description }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["origin": description]) }
}
