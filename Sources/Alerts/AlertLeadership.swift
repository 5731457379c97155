import Store
import Synchronization

/// The claim of the alerts: of several receivers, the one that has it sends the messages.
final class AlertLeadership: Sendable {
    private let store: Store
    private let current = Mutex<WorkClaim?>(nil)

    /// How long the claim lasts, and after how long it is renewed or tried again.
    private static let seconds = 30
    static let pause = Duration.seconds(10)

    /// What one message takes at most, and its record.
    private static let messageTime = Duration.seconds(15)

    init(store: Store) { self.store = store }

    /// Whether other receivers may send the messages instead.
    var isShared: Bool { store.isShared }

    /// The claim, if it lasts for one more message; nil if another receiver may have it.
    var claim: WorkClaim? {
        current.withLock { $0 }.flatMap { $0.lasts(Self.messageTime) ? $0 : nil }
    }

    /// Claims the alerts, or renews the claim; returns whether this receiver has it.
    func refresh() async -> Bool {
        do throws(StoreError) {
            let present = current.withLock { $0 }
            let next =
                if let present {
                    try await store.renew(present, forSeconds: Self.seconds)
                } else {
                    try await store.claim([.alerts], forSeconds: Self.seconds).first
                }
            current.withLock { $0 = next }
        } catch {
            // `Store.Hooks` reports the commit. A claim that lasts is renewed later.
            let isOver = claim == nil
            if isOver { current.withLock { $0 = nil } }
        }
        return claim != nil
    }

    /// Lets another receiver send the messages.
    func release() async {
        let last = current.withLock { current in
            defer { current = nil }
            return current
        }
        guard let last else { return }
        // It is over after its time otherwise.
        try? await store.release(last)
    }
}
