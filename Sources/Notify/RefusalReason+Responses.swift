import Ledger
import Metrics
import Payments
import Snap

extension RefusalReason {
    /// The reason of a response to a request whose signature was not checked or did not verify.
    ///
    /// - Parameter bearsClientID: whether X-PARTNER-ID is our client ID.
    init(_ response: SnapResponse, bearsClientID: Bool = false) {
        switch (response.code.status, response.code.caseNumber) {
        case (400, 0): self = .malformed
        case (400, _): self = .headers
        case (401, _): self = bearsClientID ? .signature : .partner
        case (403, _): self = .address
        case (404, _): self = .path
        case (405, _): self = .method
        case (408, _): self = .timeout
        case (413, _), (414, _), (431, _): self = .tooLarge
        case (500, _): self = .failure
        case (503, _): self = .overload
        default: self = .malformed
        }
    }

    /// The reason of the response to an authentic callback; nil for 2005600.
    ///
    /// - Parameter failure: the part of the callback that failed a check.
    init?(_ response: CallbackResponse, _ failure: DeliveryFailure?) {
        switch (response, failure) {
        case (.successful, _): return nil
        case (_, .address): self = .address
        case (_, .partner): self = .partner
        // Row 6 precedes rows 7 to 9: what is wrong with a stale body does not count.
        case (.unauthorized, _): self = .stale
        case (_, .headers): self = .headers
        case (.invalid, _): self = .body
        case (.conflict, _): self = .conflict
        case (.transactionNotFound, _): self = .unknownTransaction
        case (.invalidAmount, _): self = .amount
        }
    }
}
