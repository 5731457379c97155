import Ledger
package import Payments
package import Store
import Synchronization

/// What is to become of the attention entry of one kind.
package enum EntryChange: Equatable, Sendable {
    case raise(detail: String)
    case close(note: String)
}

/// Writes changes of attention entries that belong to no payment, and repeats those whose commit
/// failed. Thread-safe.
package final class EntryWriter: Sendable {
    private let store: Store

    /// What closes the entries, as `resolvedBy` shows it.
    private let name: String

    /// The entries whose last change could not be committed. Each kind has one entry, so only the
    /// newest change of it matters.
    private let unwritten = Mutex<[AttentionKind: EntryChange]>([:])

    package init(store: Store, name: String) {
        self.store = store
        self.name = name
    }

    /// Adds changes, which replace earlier ones of the same kinds; ``write()`` must follow.
    package func add(_ changes: [AttentionKind: EntryChange]) {
        unwritten.withLock { $0.merge(changes) { _, newest in newest } }
    }

    /// Writes all changes that are not committed; returns whether it closed an entry.
    ///
    /// - Throws: when a commit fails, which `Store.Hooks` reports. Its change is kept.
    package func write() async throws(StoreError) -> Bool {
        var hasClosedEntry = false
        for (kind, change) in unwritten.withLock({ $0 }) {
            switch change {
            case .raise(let detail): try await store.raise(kind, detail: detail)
            case .close(let note):
                if try await store.close(kind, by: name, note: note) { hasClosedEntry = true }
            }
            // Another change may have come while this one was committed.
            unwritten.withLock { unwritten in
                if unwritten[kind] == change { unwritten[kind] = nil }
            }
        }
        return hasClosedEntry
    }
}

extension Sequence<String> {
    /// The text that occurs most often; of several, the first in the order of texts. Nil without
    /// any.
    var commonest: String? {
        let counts = Dictionary(map { ($0, 1) }, uniquingKeysWith: +)
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}
