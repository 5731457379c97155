import Store
import Synchronization

/// Reports damage that reads find, once for each page.
final class DamageReport: Sendable {
    /// The maximum of reported pages: by then the whole file has to be examined.
    private static let reportsMax = 32

    private let onDamage: @Sendable (StoreError) -> Void
    private let reported = Mutex<Set<String>>([])

    /// - Parameter onDamage: called on the thread of the read.
    init(onDamage: @escaping @Sendable (StoreError) -> Void) { self.onDamage = onDamage }

    /// Reports an error if it is damage.
    func report(_ error: StoreError) {
        guard [.damaged, .unusable].contains(error.kind) else { return }
        let isNew = reported.withLock { reported in
            reported.count < Self.reportsMax && reported.insert(error.message).inserted
        }
        if isNew { onDamage(error) }
    }
}
