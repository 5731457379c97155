/// The state of a transaction (contract section 5, "Status words").
package enum TransactionStatus: UInt8, CaseIterable, Sendable {
    /// The intent to generate is stored; the gateway has not answered yet.
    case created = 0
    case pending = 1
    case success = 2
    case cancelled = 3
    case failed = 4
    case refunded = 5

    /// The word used in the API.
    package var word: String {
        switch self {
        case .created: "created"
        case .pending: "pending"
        case .success: "success"
        case .cancelled: "cancelled"
        case .failed: "failed"
        case .refunded: "refunded"
        }
    }

    /// The status of the given word, or nil when there is none.
    package init?(word: some StringProtocol) {
        guard let status = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = status
    }

    /// Whether nothing is open. The feed may still bring a later success or a refund.
    package var isFinal: Bool {
        switch self {
        case .created, .pending: false
        case .success, .cancelled, .failed, .refunded: true
        }
    }
}

/// What made a transition (contract section 5, `source`).
package enum TransitionSource: UInt8, CaseIterable, Sendable {
    case notify = 0
    case query = 1
    case generate = 2
    case `operator` = 3
    /// An unpaid code that ran out (contract section 4, "Abandoned codes").
    case expiry = 4

    /// The word used in the API.
    package var word: String {
        switch self {
        case .notify: "notify"
        case .query: "query"
        case .generate: "generate"
        case .operator: "operator"
        case .expiry: "expiry"
        }
    }
}

/// How a transaction was first heard of (contract section 5, `origin`).
package enum TransactionOrigin: UInt8, CaseIterable, Sendable {
    case generate = 0
    case notify = 1
    case query = 2

    /// The word used in the API.
    package var word: String {
        switch self {
        case .generate: "generate"
        case .notify: "notify"
        case .query: "query"
        }
    }
}
