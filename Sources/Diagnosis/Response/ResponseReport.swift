package import Captures
import Payments
import Snap
import Text

/// The response to a callback in words: why it was given, and what to do.
///
/// It precedes the signature: an authentic callback can be rejected, too (article Diagnosis).
package struct ResponseReport: Equatable, Sendable {
    /// The `responseCode`; nil if it cannot be known.
    package let responseCode: String?

    /// The `responseMessage`; nil if it cannot be known.
    package let responseMessage: String?

    /// The row of the checks table that decides (article Checks); nil if it cannot be known.
    package let row: Int?

    /// Why, as one or more sentences.
    package let reason: String

    /// What to do, as one or more sentences.
    package let remedy: String

    /// Whether a replay with the current configuration would be successful; nil for a callback that
    /// is not stored.
    package let replayHelps: Bool?

    /// Whether the callback was received; else the response is a forecast.
    private let isReceived: Bool

    /// Explains a response.
    package init(
        _ response: ReceivedResponse,
        to callback: CapturedCallback,
        _ diagnosis: SignatureDiagnosis,
        _ settings: DiagnosisSettings
    ) {
        responseCode = response.code
        responseMessage = response.message
        row = response.row
        replayHelps = response.replayHelps
        isReceived = response.isReceived
        let text = ResponseText(
            response: response,
            callback: callback,
            diagnosis: diagnosis,
            settings: settings
        )
        let (reason, remedy) = text.explanation
        self.reason = reason
        self.remedy =
            response.replayHelps == true
            ? "Replay the callback: the current configuration accepts it." : remedy
    }

    /// The summary of a diagnosis, which begins with code, message, row and reason.
    ///
    /// - Parameter diagnosis: the one that this report was made with.
    package func summary(_ diagnosis: SignatureDiagnosis) -> String {
        var text = reason
        if let responseCode, let responseMessage {
            let verb = isReceived ? "was" : "would be"
            let row = row.map { " (row \($0))" } ?? ""
            text = "The response \(verb) \(responseCode) \(responseMessage)\(row): \(reason)"
        }
        if replayHelps == true { text += " A replay would succeed now." }
        return reason == diagnosis.summary ? text : text + " " + diagnosis.summary
    }
}
