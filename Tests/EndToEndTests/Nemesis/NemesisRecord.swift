import Foundation

/// What clients have been told, and what of it turned out to be wrong. May be used by any thread.
final class NemesisRecord: @unchecked Sendable {
    private let lock = NSLock()
    private var acknowledged: [String] = []
    private var refused = 0
    private var found: [String] = []
    private var isOver = false
    private var isSplit = false

    /// The merchant's numbers of the callbacks that were answered 2005600, in order.
    var references: [String] { lock.withLock { acknowledged } }

    /// How often a client was told to try again, or nothing.
    var refusedCount: Int { lock.withLock { refused } }

    /// What contradicts a promise.
    var violations: [String] { lock.withLock { found } }

    /// Whether clients are to end.
    var isStopped: Bool { lock.withLock { isOver } }

    /// Whether there are two primaries: a receiver that is connected to the old one may show an
    /// older feed, until that one is stopped.
    var hasTwoPrimaries: Bool {
        get { lock.withLock { isSplit } }
        set { lock.withLock { isSplit = newValue } }
    }

    func stop() { lock.withLock { isOver = true } }

    func acknowledge(_ reference: String) { lock.withLock { acknowledged.append(reference) } }

    func refuse() { lock.withLock { refused += 1 } }

    func violate(_ text: String) { lock.withLock { found.append(text) } }
}
