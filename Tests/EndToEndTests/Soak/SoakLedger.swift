import Foundation

/// What is known outside of the receiver: which callbacks were acknowledged to their sender, and
/// what was done about each payment.
final class SoakLedger: @unchecked Sendable {
    /// A callback that was answered 2005600, as its sender knows.
    struct Acknowledged: Sendable {
        let reference: String

        /// Nil for one of the gateway, whose redeliveries can have other ids.
        let externalID: String?
    }

    /// What was done about a payment.
    struct Payment: Sendable {
        /// Whether the receiver has generated it, or an attempt at it was made.
        var isGenerated = false

        /// Whether an operator decided something about it, so that it may end otherwise.
        var isOperated = false

        /// The kinds of the entries that may stay open.
        var contradictions: Set<String> = []
    }

    private let lock = NSLock()
    private var all: [Acknowledged] = []
    private var known: [String: Payment] = [:]
    private var paid: [String] = []

    func acknowledge(_ reference: String, externalID: String?) {
        lock.withLock { all.append(.init(reference: reference, externalID: externalID)) }
    }

    func change(_ reference: String, _ body: (inout Payment) -> Void) {
        lock.withLock { body(&known[reference, default: Payment()]) }
    }

    /// A payment whose callbacks the gateway sends by itself, from now on.
    func addPaid(_ reference: String) { lock.withLock { paid.append(reference) } }

    func payment(_ reference: String) -> Payment {
        lock.withLock { known[reference] ?? Payment() }
    }

    var payments: [String: Payment] { lock.withLock { known } }

    /// All that were acknowledged, oldest first.
    var acknowledged: [Acknowledged] { lock.withLock { all } }

    var acknowledgedCount: Int { lock.withLock { all.count } }

    /// Those payments whose callbacks the gateway sends.
    var paidReferences: [String] { lock.withLock { paid } }
}
