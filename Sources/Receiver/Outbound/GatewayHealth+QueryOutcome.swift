import CashIn
import Snap

extension GatewayHealth.Result {
    /// What `outcome` says about the gateway.
    init(_ outcome: QueryOutcome) {
        switch outcome {
        case .found, .notFound: self = .answered
        case .unauthorized(let failure), .unknown(let failure): self.init(failure)
        }
    }

    private init(_ failure: OutboundFailure) {
        guard let status = failure.status else {
            self = .unavailable
            return
        }
        // Some gateways send their codes under status 200; a 5xx of either kind is an outage, and
        // 429 asks for a pause.
        let statuses = [status, failure.responseCode?.status ?? status]
        if statuses.contains(where: { $0 >= 500 || $0 == 429 }) {
            self = .unavailable
        } else if let code = failure.responseCode, (400...499).contains(code.status) {
            let description = failure.gatewayDescription
            self =
                code.status == 401
                ? .unauthorized(description: description) : .refused(description: description)
        } else {
            // A 401 or a 403 without a SNAP body is the word of something in between.
            self = .unreadable
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
