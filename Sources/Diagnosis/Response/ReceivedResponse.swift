package import Payments
import Snap

/// The response to a callback: the one that it got, or the one that it would get.
package struct ReceivedResponse: Equatable, Sendable {
    /// The `responseCode`; nil if it cannot be known.
    package var code: String?

    /// The `responseMessage`; nil if it cannot be known.
    package var message: String?

    /// Whether the signature verified when the response was decided.
    package var isAuthentic: Bool

    /// Whether the callback was received; else the response is a forecast for a saved one.
    package var isReceived: Bool

    /// What the callback did; nil for a saved one.
    package var outcome: CallbackOutcome?

    /// The address of the client, as far as it is known.
    package var client: String?

    /// Whether a replay with the current configuration would be successful; nil if unknown.
    package var replayHelps: Bool?

    package init(
        code: String?,
        message: String?,
        isAuthentic: Bool,
        isReceived: Bool,
        outcome: CallbackOutcome? = nil,
        client: String? = nil,
        replayHelps: Bool? = nil
    ) {
        self.code = code
        self.message = message
        self.isAuthentic = isAuthentic
        self.isReceived = isReceived
        self.outcome = outcome
        self.client = client
        self.replayHelps = replayHelps
    }

    /// The row of the checks table that decides the response (article Checks); nil if it cannot be
    /// known.
    ///
    /// Code and message determine the row, except for 4005600: HTTP that cannot be parsed is row 1,
    /// and the body of an authentic callback is row 7.
    var row: Int? {
        guard let code, let message else { return nil }
        switch code {
        case "2005600": return 13
        case "4035601", "5035600": return 2
        case "4005602": return isAboutHeader(message) ? 3 : 8
        case "4005601": return isAboutHeader(message) ? 4 : 9
        case "4015600": return message == NotifyResponse.stale.message ? 6 : 5
        case "4005600": return isAuthentic ? 7 : 1
        case "4155600": return 7
        case "4095600": return 10
        case "4045601": return 11
        case "4045613": return 12
        case "5005600", "5005601": return nil
        default: return 1
        }
    }

    /// Whether a message names a header; the members of a body have other names.
    private func isAboutHeader(_ message: String) -> Bool { message.contains(" X-") }
}
