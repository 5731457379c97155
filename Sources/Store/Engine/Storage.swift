/// An opened database, of which nothing is served yet: what a ``Store`` is made from.
///
/// It is the only thing that an engine hands to the store: everything else is reached through it.
package protocol Storage: Sendable {
    /// Whether the database was made just now: nothing from before is in it.
    var isNew: Bool { get }

    /// The version of the library that keeps the database, as in `3.40.1`.
    var libraryVersion: String { get }

    /// The feed id: made with the database.
    var feed: String { get }

    /// The newest sequence number at the start, 0 in an empty feed.
    var head: Int64 { get }

    /// The rejected-request store beside the database.
    var rejectedRequests: any RejectedRequests { get }

    /// Makes what reads the database.
    func makeReader() -> any StorageReader

    /// Opens the database for writing, with everything in memory read from it. Called on the
    /// writer's thread; again after an error.
    ///
    /// - Parameter closeReaders: closes every file that a reader has open, and returns when it is
    ///   done.
    func makeEngine(
        nowMilliseconds: Int64,
        closeReaders: @escaping @Sendable () -> Void
    ) throws(StoreError) -> sending any StorageEngine

    /// Gives the database free for other programs, when everything of it is closed.
    func release()
}

/// The rejected-request store: requests that were not authentic, kept within bounds for diagnosis.
///
/// Nothing that was promised depends on it: it may lose requests, and its owner is never held up.
package protocol RejectedRequests: Sendable {
    /// Requests that came too fast to be kept, or while none are.
    var dropped: Int { get }

    /// Keeps a request, within the bounds. Never blocks.
    func add(_ refusal: RefusedRequest)

    /// Whether requests are kept from now on; the others are counted as dropped.
    func setIsOpen(_ isOpen: Bool)

    /// Keeps so many plausible requests, and a tenth of it of the others.
    func setKeptMax(_ keptMax: Int)

    /// Makes the files before the first request.
    func open() async

    /// Writes what waits, and closes the files.
    func close() async

    /// Removes requests by their callback numbers.
    func remove(_ ids: [Int64]) async

    /// Removes requests received before `milliseconds` since the epoch; returns how many.
    func remove(receivedBefore milliseconds: Int64) async throws(StoreError) -> Int
}
