package import Ledger

/// Keeps what the ledger decides: the writer's side of a database (see <doc:EngineProtocol> of the
/// module `Ledger` for what a view must contain and what a write promises).
///
/// Belongs to the writer's queue. What it keeps in memory follows from the database: after an error
/// the writer lets go of it and opens another.
package protocol StorageEngine: AnyObject {
    /// The newest sequence number, 0 in an empty feed.
    var head: Int64 { get }

    /// Runs `body` in one write: when it returns, all that it stored is durable; when it throws,
    /// nothing of it is stored.
    func write<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result

    /// Loads what a group of events has to see. Inside ``write(_:)`` only.
    func view(of scope: LedgerScope) throws(StoreError) -> LedgerView

    /// Stores what a group of events has changed, in order. Inside ``write(_:)`` only.
    ///
    /// - Parameter view: the view after the last of them.
    func apply(_ changes: [Change], _ view: LedgerView) throws(StoreError)

    /// A write has become durable.
    func didCommit()

    /// Whether it has to be opened again before the next write, although the last one is durable.
    var needsReopening: Bool { get }

    /// Whether it holds commits that are on disk only as long as it is open.
    var mustStayOpen: Bool { get }

    /// Moves a named offset in the feed, or adds it. Inside ``write(_:)`` only.
    func moveConsumer(
        _ move: ConsumerMove,
        feed: String,
        atMilliseconds now: Int64
    ) throws(StoreError) -> ConsumerMove.Outcome

    /// Removes a named offset; returns whether there was one. Inside ``write(_:)`` only.
    func removeConsumer(_ name: String) throws(StoreError) -> Bool

    /// Erases the heads and bodies of callbacks. Inside ``write(_:)`` only.
    func eraseCallbacks(_ erased: [(id: Int64, remainder: ErasedCallback)]) throws(StoreError)

    /// Erases the heads and bodies of calls of the gateway. Inside ``write(_:)`` only.
    func eraseGatewayCalls(
        _ erased: [(id: Int64, remainder: ErasedGatewayCall)]
    ) throws(StoreError)

    /// Removes transitions from the start of the feed. Inside ``write(_:)`` only.
    func removeTransitions(
        recordedBefore milliseconds: Int64,
        feed: String,
        limit: Int
    ) throws(StoreError) -> TransitionRemoval

    /// Writes a mark, to show that the database can be written. Inside ``write(_:)`` only.
    func mark(_ now: Int64) throws(StoreError)
}
