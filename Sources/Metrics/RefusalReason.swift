/// Why a callback did not get 2005600, as the label `reason` of a metric (article Metrics).
///
/// The list is closed, so that a flood of requests cannot create series.
package enum RefusalReason: UInt8, CaseIterable, Sendable {
    /// Not a valid HTTP request.
    case malformed
    /// Larger than `limits` allows.
    case tooLarge
    /// The request was not complete in time.
    case timeout
    case path
    case method
    case address
    /// A header of row 3 or 4 is missing or malformed.
    case headers
    /// X-PARTNER-ID is not our client ID.
    case partner
    /// X-PARTNER-ID is our client ID, but the signature does not verify.
    case signature
    /// Too many requests or connections.
    case overload
    /// The receiver failed: in most cases the database could not commit.
    case failure
    /// The body is unreadable, or a member is missing or malformed.
    case body
    case stale
    case conflict
    case unknownTransaction
    case amount

    /// The value of the label.
    package var word: String {
        switch self {
        case .malformed: "malformed"
        case .tooLarge: "too_large"
        case .timeout: "timeout"
        case .path: "path"
        case .method: "method"
        case .address: "address"
        case .headers: "headers"
        case .partner: "partner"
        case .signature: "signature"
        case .overload: "overload"
        case .failure: "failure"
        case .body: "body"
        case .stale: "stale"
        case .conflict: "conflict"
        case .unknownTransaction: "unknown_transaction"
        case .amount: "amount"
        }
    }

    /// Whether a callback whose signature verified can be refused for this reason, and one whose
    /// signature did not or was not checked.
    package func isPossible(isAuthentic: Bool) -> Bool {
        switch self {
        case .malformed, .tooLarge, .timeout, .path, .method, .signature, .overload: !isAuthentic
        case .address, .headers, .partner, .failure: true
        case .body, .stale, .conflict, .unknownTransaction, .amount: isAuthentic
        }
    }
}

/// Counts refused callbacks by reason. Thread-safe, without a lock.
package final class RefusalCounter: Sendable {
    private let counts = RefusalReason.allCases.map { _ in (Counter(), Counter()) }

    package init() {}

    /// Counts a refused callback.
    ///
    /// - Parameter isAuthentic: whether its signature verified.
    package func add(_ reason: RefusalReason, isAuthentic: Bool) {
        counter(reason, isAuthentic: isAuthentic).add()
    }

    /// The number of callbacks refused for a reason.
    package func count(of reason: RefusalReason, isAuthentic: Bool) -> UInt64 {
        counter(reason, isAuthentic: isAuthentic).value
    }

    private func counter(_ reason: RefusalReason, isAuthentic: Bool) -> Counter {
        let pair = counts[Int(reason.rawValue)]
        return isAuthentic ? pair.0 : pair.1
    }
}
