import Queues
import SQLite
import Store
import Synchronization

/// The rejected-request store, which is bounded (article Storage).
///
/// It has its own file, which its own thread writes at most four times a second, without fsync. A
/// flood of requests can therefore neither fill the disk nor delay a commit: what exceeds the
/// limits is counted and dropped.
package actor RejectedRequestStore: RejectedRequests {
    private let executor = QueueExecutor(blockingLabel: "store.refusals")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    /// Requests of one kind that wait for the next write.
    private struct Batch {
        var items: [(id: Int64?, refusal: RejectedRequest)] = []
        var byteCount = 0

        /// Adds a request; returns false when too many requests or bytes are waiting.
        mutating func add(
            _ refusal: RejectedRequest,
            _ callbackIDs: any CallbackIDSource
        ) -> Bool {
            let size = refusal.head.count + refusal.body.count
            guard items.count < RejectedRequestStore.waitingMax,
                byteCount + size <= RejectedRequestStore.waitingBytesMax
            else { return false }
            items.append((callbackIDs.next(), refusal))
            byteCount += size
            return true
        }
    }

    /// The state that ``add(_:)`` changes from any thread.
    private struct Waiting {
        var plausible = Batch()
        var others = Batch()
        var dropped = 0
        var isOpen = true
        var isClosed = false
    }

    private let waiting = Mutex(Waiting())
    private let file: SideFile

    /// Incremented each time the file is opened.
    private let number = Atomic<Int>(0)
    private let requestsMax: Mutex<Int>
    private let callbackIDs: any CallbackIDSource
    private var connection: Connection?

    /// The maximum of requests of one kind that wait for the next write.
    static let waitingMax = 256
    /// The maximum of bytes of heads and bodies of one kind that wait: a flood of large requests is
    /// dropped earlier.
    static let waitingBytesMax = 4 << 20

    /// The delay of a write after the first waiting request.
    private static let writeEveryMilliseconds = 250

    /// - Parameter requestsMax: the maximum of stored plausible requests; a tenth of it applies to
    ///   all others.
    package init(
        file: SideFile,
        requestsMax: Int,
        callbackIDs: any CallbackIDSource
    ) {
        self.file = file
        self.requestsMax = Mutex(requestsMax)
        self.callbackIDs = callbackIDs
    }

    /// The path of the file.
    nonisolated var path: String { file.path }

    /// The number of the open file; it changes when the file is created again.
    nonisolated var fileNumber: Int { number.load(ordering: .relaxed) }

    /// Reports an error of a reader, and creates the file again if the error shows that it is
    /// unusable.
    ///
    /// - Parameter number: the number of the file that was read; a report about an earlier file is
    ///   ignored.
    nonisolated func report(_ error: SQLiteError, ofFile number: Int) {
        guard file.isGone(by: error) else { return file.report(error) }
        executor.run { [self] in
            assumeIsolated { store in
                if store.fileNumber == number { store.remake(because: error) }
            }
        }
    }

    /// How many requests were dropped since the start.
    nonisolated var dropped: Int { waiting.withLock { $0.dropped } }

    /// Changes the maximum of stored plausible requests, from the next write on.
    nonisolated func setRequestsMax(_ requestsMax: Int) {
        self.requestsMax.withLock { $0 = requestsMax }
    }

    /// Sets whether requests are stored from now on; all others are dropped.
    nonisolated func setIsOpen(_ isOpen: Bool) { waiting.withLock { $0.isOpen = isOpen } }

    /// Adds a request to the next write, or drops it when too many are waiting. Never blocks.
    nonisolated func add(_ refusal: RejectedRequest) {
        let isFirst = waiting.withLock { waiting in
            let isFirst = waiting.plausible.items.isEmpty && waiting.others.items.isEmpty
            let isStored: Bool
            switch (waiting.isOpen && !waiting.isClosed, refusal.isPlausible) {
            case (false, _): isStored = false
            case (true, true): isStored = waiting.plausible.add(refusal, callbackIDs)
            case (true, false): isStored = waiting.others.add(refusal, callbackIDs)
            }
            if !isStored { waiting.dropped += 1 }
            return isFirst && isStored
        }
        if isFirst {
            executor.run(afterMilliseconds: Self.writeEveryMilliseconds) { [self] in
                assumeIsolated { $0.flush() }
            }
        }
    }

    /// Writes the waiting requests now, so that readers find them.
    ///
    /// On an error the requests of this write are lost, which is reported; without IDs they are
    /// dropped. A file that is unusable is created again first, and the write is tried once more.
    package func flush() {
        let requests = waiting.withLock { waiting in
            defer {
                waiting.plausible = Batch()
                waiting.others = Batch()
            }
            return waiting.plausible.items + waiting.others.items
        }
        if requests.isEmpty { return }
        let batch = numbered(requests)
        waiting.withLock { $0.dropped += requests.count - batch.count }
        if batch.isEmpty { return }
        do throws(SQLiteError) {
            do throws(SQLiteError) {
                try write(batch)
            } catch {
                guard file.isGone(by: error) else { throw error }
                remake(because: error)
                try write(batch)
            }
        } catch {
            fail(error)
        }
    }

    /// The requests, all with an ID; without those for which there is none.
    private func numbered(
        _ requests: [(id: Int64?, refusal: RejectedRequest)]
    ) -> [(id: Int64, refusal: RejectedRequest)] {
        let count = requests.count { $0.id == nil }
        var next = count == 0 ? nil : try? callbackIDs.reserve(count)
        return requests.compactMap { id, refusal in
            guard let number = id ?? next else { return nil }
            if id == nil { next = number + 1 }
            return (number, refusal)
        }
    }

    /// Sets the file aside and creates another one.
    private func remake(because error: SQLiteError) {
        connection = nil
        do throws(SQLiteError) {
            try file.setAside(because: error)
            _ = try opened()
        } catch {
            fail(error)
        }
    }

    /// Reports an error; the next use opens the file again.
    private func fail(_ error: SQLiteError) {
        connection = nil
        file.report(error)
    }

    /// Writes the waiting requests and closes the file for good; later requests are dropped.
    func close() {
        waiting.withLock { $0.isClosed = true }
        flush()
        connection = nil
    }

    /// Removes requests that have moved to the journal.
    ///
    /// An error is only reported: lists then show such a request from the journal alone.
    func remove(_ ids: [Int64]) {
        if ids.isEmpty { return }
        do throws(SQLiteError) {
            let connection = try opened()
            let removal = try connection.prepare("DELETE FROM refusals WHERE id = ?")
            try connection.transaction { () throws(SQLiteError) in
                for id in ids { try removal.run { $0.integer(id) } }
            }
        } catch {
            fail(error)
        }
    }

    /// Removes the requests received before `milliseconds` since the epoch; returns how many.
    ///
    /// Scans the table, which is bounded: `received_at` has no index.
    func remove(receivedBefore milliseconds: Int64) throws(StoreError) -> Int {
        try StoreError.mapped { () throws(SQLiteError) in
            let connection = try opened()
            try connection.prepare("DELETE FROM refusals WHERE received_at < ?").run {
                $0.integer(milliseconds)
            }
            return connection.changes
        }
    }

    /// Creates the file, so that readers can open it.
    ///
    /// An error is only reported, and the next request tries again.
    func open() {
        do throws(SQLiteError) {
            _ = try opened()
        } catch {
            fail(error)
        }
    }

    /// The connection, opened if necessary.
    private func opened() throws(SQLiteError) -> Connection {
        if let connection { return connection }
        let connection = try file.open(isExpected: false) { (path) throws(SQLiteError) in
            try RejectedRequestFile.open(path)
        }
        self.connection = connection
        number.add(1, ordering: .relaxed)
        return connection
    }

    /// Stores requests and deletes those beyond the limits, in one commit.
    private func write(_ batch: [(id: Int64, refusal: RejectedRequest)]) throws(SQLiteError) {
        let connection = try opened()
        let requestsMax = requestsMax.withLock { $0 }
        try connection.transaction { () throws(SQLiteError) in
            let insertion = try connection.prepare(RejectedRequestFile.insertion)
            for (id, refusal) in batch {
                try insertion.run { RejectedRequestFile.bind(refusal, id: id, to: $0) }
            }
            let eviction = try connection.prepare(RejectedRequestFile.eviction)
            for (isPlausible, bound) in [(1, requestsMax), (0, requestsMax / 10)] {
                try eviction.run {
                    $0.integer(isPlausible)
                    $0.integer(isPlausible)
                    $0.integer(bound)
                }
            }
        }
    }
}
