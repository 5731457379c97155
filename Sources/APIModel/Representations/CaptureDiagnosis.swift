package import Captures
package import Configuration
package import Crypto
package import Diagnosis
import Notify
import Snap

/// The diagnosis of a callback that is not stored, with the response that it would get: of
/// `POST /v1/diagnose` and of the command `diagnose`.
package struct CaptureDiagnosis: Sendable {
    package let diagnosis: SignatureDiagnosis
    package let response: ResponseReport

    /// Diagnoses a callback, and forecasts the response with the receiver's own checks.
    ///
    /// - Parameter settings: those of `loaded`, or others with more keys.
    /// - Throws: if OpenSSL fails; no callback can cause that.
    package init(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings,
        _ loaded: LoadedConfiguration
    ) throws(CryptoError) {
        let forecast = try CallbackForecast(
            head: callback.head,
            body: callback.body,
            receivedMilliseconds: callback.receivedMilliseconds,
            loaded
        )
        diagnosis = try SignatureDiagnosis(callback, settings)
        let received = ReceivedResponse(forecast)
        response = ResponseReport(received, to: callback, diagnosis, settings)
    }
}

extension ReceivedResponse {
    /// The response that a saved callback would get.
    fileprivate init(_ forecast: CallbackForecast) {
        switch forecast {
        case .refused(let response, let isAuthentic):
            self.init(
                code: response.codeText,
                message: response.message,
                isAuthentic: isAuthentic,
                isReceived: false
            )
        case .undecided:
            self.init(code: nil, message: nil, isAuthentic: true, isReceived: false)
        }
    }
}
