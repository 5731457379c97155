import Configuration
import HTTPClient
import HTTPCore
import Text

/// What became of a message of an alert.
package enum AlertOutcome: Equatable, Sendable {
    /// The receiver accepted it, with this status.
    case sent(status: Int)

    /// The receiver did not respond, or cannot accept any message now.
    ///
    /// `retryAfterSeconds` is the pause that it asks for; nil for none.
    case failed(reason: String, retryAfterSeconds: Int?)

    /// The receiver does not accept this message: sending it again will hardly help.
    case rejected(reason: String)

    /// The program is stopping, or the alert was changed.
    case interrupted
}

extension AlertOutcome {
    /// The meaning of a response.
    ///
    /// Only 2xx is a success. After 408, 425, 429 (RFC 9110 section 15.5, RFC 8470, RFC 6585) and
    /// 5xx the same message may succeed later.
    init(_ response: InboundResponse, of alert: Configuration.Alert) {
        let status = response.status.code
        switch status {
        case 200..<300: self = .sent(status: status)
        case 408, 425, 429, 500...:
            self = .failed(
                reason: "\(alert.url) responded with \(status)",
                retryAfterSeconds: response.retryAfterSeconds
            )
        case 300..<400:
            self = .rejected(
                reason: "\(alert.url) responded with \(status); redirects are not followed"
            )
        default:
            let said = Self.excerpt(of: response, hiding: alert).map { ": \($0)" } ?? ""
            self = .rejected(reason: "\(alert.url) responded with \(status)\(said)")
        }
    }
}

// MARK: - What a receiver says

extension AlertOutcome {
    /// The maximum of bytes of a body that an excerpt shows.
    private static let excerptBytesMax = 200

    /// The first line of what the receiver says about a rejected message; nil when it says nothing
    /// that can be shown.
    ///
    /// Only JSON and plain text are shown, and nothing that contains a part of the URL's path or of
    /// a header value: some servers repeat the request in their errors.
    static func excerpt(
        of response: InboundResponse,
        hiding alert: Configuration.Alert
    ) -> String? {
        guard case .value(let range) = response.single("Content-Type") else { return nil }
        let type = String(decoding: response.head[range], as: UTF8.self)
        guard isText(type), !response.body.isEmpty else { return nil }
        let secrets =
            alert.url.target.split { "/?&=%".contains($0) }
            + alert.headers.flatMap { $0.value.split(separator: " ") }
        // In the whole body: the excerpt may end within a secret.
        let body = String(decoding: response.body, as: UTF8.self).lowercased()
        let isSafe = secrets.allSatisfy { secret in
            secret.count < secretCharactersMin || !body.contains(secret.lowercased())
        }
        guard isSafe else { return nil }
        return oneLine(String(decoding: response.body.prefix(excerptBytesMax), as: UTF8.self))
    }

    /// Shorter parts are no secrets.
    private static let secretCharactersMin = 4

    /// Whether a person can read such content in a line of text.
    private static func isText(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.lowercased()
        return type.hasPrefix("text/plain") || type.hasPrefix("application/json")
            || type.hasSuffix("+json")
    }
}
