/// An opened database that does not serve anything yet; a ``Store`` is created from it.
///
/// It is the only value that an engine passes to the store. The store reaches everything else of
/// the engine through it.
package protocol Storage: Sendable {
    /// Whether this run of the program created the database; then it is empty.
    var isNew: Bool { get }

    /// The schema version that this run has migrated; nil if it was the newest one.
    var migratedVersion: Int64? { get }

    /// The version of the database library, as in `3.40.1`.
    var libraryVersion: String { get }

    /// The feed id; it is created with the database.
    var feed: String { get }

    /// The newest sequence number when the database was opened, 0 in an empty feed.
    var head: Int64 { get }

    /// Whether other processes may write to the database at the same time.
    var isShared: Bool { get }

    /// The rejected-request store beside the database.
    var rejectedRequests: any RejectedRequests { get }

    /// Creates the reader; the store calls it once.
    ///
    /// - Parameter onStuckLock: called when a read failed in a way that ends only when the database
    ///   is opened again, on a thread that must not wait.
    func makeReader(onStuckLock: @escaping @Sendable () -> Void) -> any StorageReader

    /// Opens the database for writing and rebuilds the engine's memory from it.
    ///
    /// Called on the writer's thread: at startup, and again after an error.
    ///
    /// - Parameters:
    ///   - nowMilliseconds: the present, in milliseconds since the epoch.
    ///   - closeReaders: closes every file that a reader has open, and returns when they are
    ///     closed.
    /// - Throws: when the database cannot be opened, or is not the one that was opened at startup.
    func makeEngine(
        nowMilliseconds: Int64,
        closeReaders: @escaping @Sendable () -> Void
    ) throws(StoreError) -> sending any StorageEngine

    /// Starts to watch for commits of other processes that write to this database, until
    /// ``release()``; does nothing where no other can.
    ///
    /// - Parameter onCommit: called on a thread that must not wait, also after commits of this
    ///   process, and without any.
    func follow(_ onCommit: @escaping @Sendable (ForeignCommits) -> Void)

    /// Unlocks the database for other programs; called after all files of it are closed.
    func release()
}

/// What is known of the commits of other processes.
package struct ForeignCommits: Equatable, Sendable {
    /// The newest sequence number, of any process.
    package let head: Int64

    /// Whether another process has committed changes, with or without transitions.
    package let areKnown: Bool

    package init(head: Int64, areKnown: Bool) {
        self.head = head
        self.areKnown = areKnown
    }
}

/// The rejected-request store: requests that were not authentic, stored within bounds for
/// diagnosis.
///
/// It is no part of what the product promises: it may lose requests, and it never delays its
/// caller.
package protocol RejectedRequests: Sendable {
    /// How many requests were dropped since the start, because too many were waiting or the store
    /// was closed.
    var dropped: Int { get }

    /// Stores a request, or drops it when too many are waiting. Never blocks; may be called from
    /// any thread.
    func add(_ refusal: RejectedRequest)

    /// Sets whether requests are stored from now on; all others are counted as dropped.
    func setIsOpen(_ isOpen: Bool)

    /// Sets how many plausible requests are stored; a tenth of it applies to all others.
    func setRequestsMax(_ requestsMax: Int)

    /// Creates the files before the first request.
    func open() async

    /// Writes the waiting requests, and closes the files.
    func close() async

    /// Removes the requests with these callback IDs.
    func remove(_ ids: [Int64]) async

    /// Removes the requests received before `milliseconds` since the epoch; returns how many.
    func remove(receivedBefore milliseconds: Int64) async throws(StoreError) -> Int
}
