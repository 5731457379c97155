import CashIn
import Snap
import Text

extension GatewayHealth.Result {
    /// What `outcome` says about the gateway.
    init(_ outcome: QueryOutcome) {
        switch outcome {
        case .found, .notFound: self = .answered
        case .unauthorized(let failure):
            self = .unauthorized(description: failure.gatewayDescription)
        case .refused(let failure): self = .refused(description: failure.gatewayDescription)
        case .unreadable: self = .unreadable
        case .unavailable: self = .unavailable
        }
    }
}

extension OutboundFailure {
    /// Status, code and message as the gateway sent them, on one line.
    fileprivate var gatewayDescription: String {
        var parts: [String] = []
        if let status { parts.append("HTTP status \(status)") }
        if let responseCode { parts.append("responseCode \(responseCode)") }
        if let responseMessage { parts.append("responseMessage \(quoted(responseMessage))") }
        return parts.joined(separator: ", ")
    }
}
