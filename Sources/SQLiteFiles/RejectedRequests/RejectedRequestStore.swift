import Queues
import SQLite
import Store
import Synchronization

/// The rejected-request store: bounded (contract section 7).
///
/// In a file of its own, written by a thread of its own four times a second at most, without fsync:
/// a flood can neither fill the disk nor hold up a commit. What comes faster is counted and
/// dropped.
package actor RejectedRequestStore: RejectedRequests {
    private let executor = QueueExecutor(blockingLabel: "store.refusals")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    /// Refusals of one kind that were not written yet.
    private struct Batch {
        var items: [(id: Int64, refusal: RefusedRequest)] = []
        var byteCount = 0

        /// Adds a refusal unless too many wait, or too large ones.
        mutating func add(_ refusal: RefusedRequest, _ callbackIDs: CallbackIDs) -> Bool {
            let size = refusal.head.count + refusal.body.count
            guard items.count < RejectedRequestStore.waitingMax,
                byteCount + size <= RejectedRequestStore.waitingBytesMax
            else { return false }
            items.append((callbackIDs.next(), refusal))
            byteCount += size
            return true
        }
    }

    private struct Waiting {
        var plausible = Batch()
        var others = Batch()
        var dropped = 0
        var isOpen = true
        var isClosed = false
    }

    private let waiting = Mutex(Waiting())
    private let file: SideFile
    private let number = Atomic<Int>(0)
    private let keptMax: Mutex<Int>
    private let callbackIDs: CallbackIDs
    private var connection: Connection?

    /// Refusals of one kind that may wait for the next write.
    static let waitingMax = 256
    /// Bytes of heads and bodies of one kind that may wait: a flood of large ones is dropped
    /// earlier.
    static let waitingBytesMax = 4 << 20
    private static let writeEveryMilliseconds = 250

    /// - Parameter keptMax: plausible refusals kept; a tenth of it is kept of the others.
    package init(
        file: SideFile,
        keptMax: Int,
        callbackIDs: CallbackIDs
    ) {
        self.file = file
        self.keptMax = Mutex(keptMax)
        self.callbackIDs = callbackIDs
    }

    /// Where the file is.
    nonisolated var path: String { file.path }

    /// The number of the file in use: another one after it was made again.
    nonisolated var fileNumber: Int { number.load(ordering: .relaxed) }

    /// Has the file made again if an error in it says that it cannot be used.
    ///
    /// - Parameter number: of the file that was read.
    nonisolated func report(_ error: SQLiteError, ofFile number: Int) {
        guard file.isGone(by: error) else { return file.report(error) }
        executor.run { [self] in
            assumeIsolated { store in
                if store.fileNumber == number { store.remake(because: error) }
            }
        }
    }

    /// Refusals that came too fast to be kept, or when none were.
    nonisolated var dropped: Int { waiting.withLock { $0.dropped } }

    /// Changes how many are kept, from the next write on.
    nonisolated func setKeptMax(_ keptMax: Int) { self.keptMax.withLock { $0 = keptMax } }

    /// Keeps refusals from now on, or drops all of them.
    nonisolated func setIsOpen(_ isOpen: Bool) { waiting.withLock { $0.isOpen = isOpen } }

    /// Takes a refusal to be written soon, or drops it when too many wait. Never blocks.
    nonisolated func add(_ refusal: RefusedRequest) {
        let isFirst = waiting.withLock { waiting in
            let isFirst = waiting.plausible.items.isEmpty && waiting.others.items.isEmpty
            let isKept: Bool
            switch (waiting.isOpen && !waiting.isClosed, refusal.isPlausible) {
            case (false, _): isKept = false
            case (true, true): isKept = waiting.plausible.add(refusal, callbackIDs)
            case (true, false): isKept = waiting.others.add(refusal, callbackIDs)
            }
            if !isKept { waiting.dropped += 1 }
            return isFirst && isKept
        }
        if isFirst {
            executor.run(afterMilliseconds: Self.writeEveryMilliseconds) { [self] in
                assumeIsolated { $0.flush() }
            }
        }
    }

    /// Writes what waits now, so that a reader finds it.
    package func flush() {
        let batch = waiting.withLock { waiting in
            defer {
                waiting.plausible = Batch()
                waiting.others = Batch()
            }
            return waiting.plausible.items + waiting.others.items
        }
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

    /// Sets the file aside and makes another.
    private func remake(because error: SQLiteError) {
        connection = nil
        do throws(SQLiteError) {
            try file.setAside(because: error)
            _ = try opened()
        } catch {
            fail(error)
        }
    }

    private func fail(_ error: SQLiteError) {
        connection = nil
        file.report(error)
    }

    /// Writes what waits and closes the file for good: what comes later is dropped.
    func close() {
        waiting.withLock { $0.isClosed = true }
        flush()
        connection = nil
    }

    /// Forgets refusals that have moved to the journal. Should that fail, they are merely shown
    /// from there instead.
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

    /// Forgets refusals that were received before `milliseconds` since the epoch; returns how many.
    func remove(receivedBefore milliseconds: Int64) throws(StoreError) -> Int {
        try StoreError.mapped { () throws(SQLiteError) in
            let connection = try opened()
            try connection.prepare("DELETE FROM refusals WHERE received_at < ?").run {
                $0.integer(milliseconds)
            }
            return connection.changes
        }
    }

    /// Makes the file, so that readers can open it. Nothing depends on that: a failure is told, and
    /// tried again with the next request.
    func open() {
        do throws(SQLiteError) {
            _ = try opened()
        } catch {
            fail(error)
        }
    }

    private func opened() throws(SQLiteError) -> Connection {
        if let connection { return connection }
        let connection = try file.open(isExpected: false) { (path) throws(SQLiteError) in
            try RefusalFile.open(path)
        }
        self.connection = connection
        number.add(1, ordering: .relaxed)
        return connection
    }

    private func write(_ batch: [(id: Int64, refusal: RefusedRequest)]) throws(SQLiteError) {
        let connection = try opened()
        let keptMax = keptMax.withLock { $0 }
        try connection.transaction { () throws(SQLiteError) in
            let insertion = try connection.prepare(RefusalFile.insertion)
            for (id, refusal) in batch {
                try insertion.run { RefusalFile.bind(refusal, id: id, to: &$0) }
            }
            let eviction = try connection.prepare(RefusalFile.eviction)
            for (isPlausible, bound) in [(1, keptMax), (0, keptMax / 10)] {
                try eviction.run {
                    $0.integer(isPlausible)
                    $0.integer(isPlausible)
                    $0.integer(bound)
                }
            }
        }
    }
}
