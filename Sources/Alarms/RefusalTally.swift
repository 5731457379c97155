import Synchronization

/// Counts callbacks that were refused although they bear the merchant's client ID, for the
/// attention entry `callbacks-refused` (article Statuses, "Attention entries"). Thread-safe.
///
/// The loops add to it; one watch collects what was added. An accepted callback costs one atomic
/// read while nothing was refused.
package final class RefusalTally: Sendable {
    /// One refused callback.
    package struct Refusal: Equatable, Sendable {
        /// When it was received, in milliseconds since the epoch.
        package let atMilliseconds: Int64

        /// Code and message of the response, such as `4015600 Unauthorized. [Signature]`.
        package let response: String

        /// Whether its signature verified: it was refused for its address or its X-PARTNER-ID.
        package let isAuthentic: Bool

        package init(atMilliseconds: Int64, response: String, isAuthentic: Bool) {
            self.atMilliseconds = atMilliseconds
            self.response = response
            self.isAuthentic = isAuthentic
        }
    }

    /// What happened since the last collection.
    package struct News: Equatable, Sendable {
        /// Whether a callback was accepted.
        package var hasAccepted = false

        /// The refused callbacks after the last accepted one, the oldest ones first; at most
        /// ``RefusalTally/countMax``.
        package var refusals: [Refusal] = []

        /// How many refused callbacks were left out of ``refusals``.
        package var omitted = 0

        package init() {}
    }

    /// The maximum of refused callbacks that are held until the next collection.
    static let countMax = 1_000

    private let news = Mutex(News())

    /// Whether an accepted callback changes anything: something was refused, or the watch waits for
    /// one.
    private let awaitsAccepted = Atomic(false)

    package init() {}

    /// Adds a refused callback.
    package func add(_ refusal: Refusal) {
        news.withLock { news in
            if news.refusals.count < Self.countMax {
                news.refusals.append(refusal)
            } else {
                news.omitted += 1
            }
            awaitsAccepted.store(true, ordering: .relaxed)
        }
    }

    /// Records that an authentic callback got 2005600.
    package func recordAccepted() {
        guard awaitsAccepted.load(ordering: .relaxed) else { return }
        news.withLock { news in
            news = News()
            news.hasAccepted = true
        }
    }

    /// Returns what happened since the last call.
    ///
    /// - Parameter awaitsAccepted: whether the next accepted callback is news even if none was
    ///   refused since the last call.
    package func collect(awaitsAccepted: Bool) -> News {
        news.withLock { news in
            // These may raise the entry; then the next accepted callback closes it.
            let isAwaited = awaitsAccepted || !news.refusals.isEmpty
            self.awaitsAccepted.store(isAwaited, ordering: .relaxed)
            defer { news = News() }
            return news
        }
    }
}
