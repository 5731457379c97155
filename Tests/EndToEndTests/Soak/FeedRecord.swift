import Foundation

/// The feed as all readers together have seen it. The first one to see a sequence number fixes its
/// transition; every later one must see the same.
final class FeedRecord: @unchecked Sendable {
    /// What is remembered of a transition.
    struct Entry: Sendable {
        /// Of the whole transition.
        let digest: Int
        let sequence: Int
        let reference: String
        let from: String?
        let to: String
        let source: String
        let callbackID: Int?

        init(_ transition: JSON) {
            digest = transition.hashValue
            sequence = transition["sequence"].integer ?? -1
            reference = transition["partnerReferenceNo"].text ?? ""
            from = transition["from"].text
            to = transition["to"].text ?? ""
            source = transition["source"].text ?? ""
            callbackID = transition["callbackId"].integer
        }
    }

    private let lock = NSLock()
    private var entries: [Entry?] = []
    private var denseCount = 0
    private var differences: [String] = []
    private var observedCount = 0

    /// Up to where every transition has been seen.
    var head: Int { lock.withLock { denseCount } }

    /// How many transitions all readers together have been given.
    var observed: Int { lock.withLock { observedCount } }

    /// Transitions of the part that has been seen completely, after a sequence number.
    func entries(after sequence: Int) -> [Entry] {
        lock.withLock {
            sequence < denseCount ? entries[sequence..<denseCount].compactMap { $0 } : []
        }
    }

    /// What readers have seen differently since the last call.
    func takeDifferences() -> [String] {
        lock.withLock {
            defer { differences = [] }
            return differences
        }
    }

    /// Transitions that a reader was given in this order, after an offset.
    ///
    /// - Returns: the offset after them.
    @discardableResult
    func observe(_ transitions: [JSON], after offset: Int, by reader: String) -> Int {
        lock.withLock {
            var next = offset + 1
            for transition in transitions {
                let sequence = transition["sequence"].integer ?? -1
                if sequence != next {
                    differences.append("\(reader) was given \(sequence), expected \(next)")
                    return next - 1
                }
                add(transition, by: reader)
                next += 1
            }
            return next - 1
        }
    }

    /// A transition that a response to something else shows.
    func observe(_ transition: JSON, by reader: String) {
        lock.withLock { add(transition, by: reader) }
    }

    private func add(_ transition: JSON, by reader: String) {
        let entry = Entry(transition)
        guard entry.sequence > 0 else {
            differences.append("\(reader) was given no sequence: \(transition)")
            return
        }
        observedCount += 1
        while entries.count < entry.sequence { entries.append(nil) }
        if let known = entries[entry.sequence - 1] {
            if known.digest != entry.digest {
                differences.append(
                    "\(reader) was given \(entry.sequence) as \(transition), another reader "
                        + "\(known.reference) \(known.from ?? "none") to \(known.to)"
                )
            }
            return
        }
        entries[entry.sequence - 1] = entry
        while denseCount < entries.count, entries[denseCount] != nil { denseCount += 1 }
    }
}
