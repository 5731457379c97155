/// The status of a transaction (article Statuses).
package enum TransactionStatus: UInt8, CaseIterable, Sendable {
    /// The intent to generate is stored; no response is recorded yet.
    ///
    /// Not in the feed.
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

    /// Whether no outcome is pending.
    ///
    /// A final status may still change: to success when money arrives late, and to refunded.
    package var isFinal: Bool {
        switch self {
        case .created, .pending: false
        case .success, .cancelled, .failed, .refunded: true
        }
    }
}

/// What caused a transition: `source` in the API (article Statuses).
package enum TransitionSource: UInt8, CaseIterable, Sendable {
    case notify = 0
    case query = 1
    case generate = 2
    case `operator` = 3
    /// An abandoned code: the gateway still reported it unpaid after its validity
    /// (article Statuses).
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

/// Where a transaction was first reported: `origin` in the API (article Statuses).
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

/// SNAP BI's code for the state of a payment, `latestTransactionStatus` (article Protocol).
package enum LatestTransactionStatus: UInt8, CaseIterable, Sendable {
    case success = 0
    case initiated = 1
    case paying = 2
    case pending = 3
    case refunded = 4
    case cancelled = 5
    case failed = 6
    case notFound = 7

    /// Reads two digits such as `00`; nil when SNAP BI defines no such code.
    package init?(code: Span<UInt8>) {
        guard code.count == 2, code[0] == 0x30, (0x30...0x37).contains(code[1]) else { return nil }
        self.init(rawValue: code[1] - 0x30)
    }

    /// The two digits on the wire.
    package var code: String { "0\(rawValue)" }

    /// Whether the payment can still be paid or not: 01 to 03, and 07.
    ///
    /// 07 (not found) counts as open, because the gateway may list the payment later.
    package var isOpen: Bool {
        switch self {
        case .initiated, .paying, .pending, .notFound: true
        case .success, .refunded, .cancelled, .failed: false
        }
    }

    /// Whether the code reports a movement of money: a success or a refund.
    package var movesMoney: Bool { self == .success || self == .refunded }
}
