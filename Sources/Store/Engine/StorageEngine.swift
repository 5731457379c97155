package import Ledger

/// The writing side of a database: stores what the ledger decides.
///
/// <doc:EngineProtocol> of the module `Ledger` says what a view must contain and what a write
/// guarantees.
///
/// An engine runs on the writer's queue only. Its memory is derived from the database: after an
/// error the writer discards the engine and opens another one.
package protocol StorageEngine: AnyObject {
    /// The newest sequence number, 0 in an empty feed.
    var head: Int64 { get }

    /// Runs `body` in one write. When it returns, everything that `body` stored is durable; when it
    /// throws, nothing of it is stored.
    func write<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result

    /// Loads what the decisions about a group of events need. Inside ``write(_:)`` only.
    func view(of scope: LedgerScope) throws(StoreError) -> LedgerView

    /// Stores the changes that a group of events made, in order. Inside ``write(_:)`` only.
    ///
    /// - Parameter view: the view after the last change.
    func apply(_ changes: [Change], _ view: LedgerView) throws(StoreError)

    /// Called after a write has become durable and its results were handed over: for work that
    /// must not delay them, such as a checkpoint. The next write waits for it.
    func didCommit()

    /// Whether the engine must be opened again before the next write, although the last one is
    /// durable.
    var needsReopening: Bool { get }

    /// Whether commits exist on disk only as long as the engine is open, so that it must not be
    /// discarded.
    var mustStayOpen: Bool { get }

    /// Moves the offset of a consumer, or adds the consumer. Inside ``write(_:)`` only.
    func moveConsumer(
        _ move: ConsumerMove,
        feed: String,
        atMilliseconds now: Int64
    ) throws(StoreError) -> ConsumerMove.Outcome

    /// Removes a consumer; returns whether it existed. Inside ``write(_:)`` only.
    func removeConsumer(_ name: String) throws(StoreError) -> Bool

    /// Stores what an alert has reported. Inside ``write(_:)`` only.
    func record(_ change: AlertChange) throws(StoreError)

    /// Removes the state of all alerts but these. Inside ``write(_:)`` only.
    func removeAlerts(except names: [String]) throws(StoreError)

    /// Erases the heads and bodies of callbacks. Inside ``write(_:)`` only.
    func eraseCallbacks(_ erased: [(id: Int64, remainder: ErasedCallback)]) throws(StoreError)

    /// Erases the heads and bodies of gateway calls. Inside ``write(_:)`` only.
    func eraseGatewayCalls(
        _ erased: [(id: Int64, remainder: ErasedGatewayCall)]
    ) throws(StoreError)

    /// Removes transitions from the start of the feed. Inside ``write(_:)`` only.
    func removeTransitions(
        recordedBefore milliseconds: Int64,
        feed: String,
        limit: Int
    ) throws(StoreError) -> TransitionRemoval

    /// Claims work that no other claim has; returns the fencing numbers of the new claims. Inside
    /// ``write(_:)`` only.
    ///
    /// - Parameters:
    ///   - seconds: how long the claims last (see ``WorkClaim``).
    ///   - renewsOwn: whether a claim of this process is made again, because the work is known to
    ///     be over: its end, or its beginning, could not be stored.
    func claim(
        _ work: [SharedWork],
        forSeconds seconds: Int,
        renewsOwn: Bool
    ) throws(StoreError) -> [SharedWork: Int64]

    /// Renews a claim; false if it has been lost to another one. Inside ``write(_:)`` only.
    func renew(_ claim: WorkClaim) throws(StoreError) -> Bool

    /// Ends a claim; false if it had been lost to another one. Inside ``write(_:)`` only.
    func release(_ claim: WorkClaim) throws(StoreError) -> Bool

    /// Writes a row, to prove that the database can be written. Inside ``write(_:)`` only.
    func mark(_ now: Int64) throws(StoreError)
}
