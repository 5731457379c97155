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
