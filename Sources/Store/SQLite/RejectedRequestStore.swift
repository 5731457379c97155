import Queues
import SQLite
import Synchronization

/// The rejected-request store: bounded (contract section 7).
///
/// In a file of its own, written by a thread of its own four times a second at most, without fsync:
/// a flood can neither fill the disk nor hold up a commit. What comes faster is counted and
/// dropped.
actor RejectedRequestStore {
    private let executor = QueueExecutor(blockingLabel: "store.refusals")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

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
    private let path: String
    private let keptMax: Mutex<Int>
    private let callbackIDs: CallbackIDs
    private let onFailure: @Sendable (SQLiteError) -> Void
    private var connection: Connection?

    /// Refusals of one kind that may wait for the next write.
    static let waitingMax = 256
    /// Bytes of heads and bodies of one kind that may wait: a flood of large ones is dropped
    /// earlier.
    static let waitingBytesMax = 4 << 20
    private static let writeEveryMilliseconds = 250

    /// - Parameter keptMax: plausible refusals kept; a tenth of it is kept of the others.
    init(
        path: String,
        keptMax: Int,
        callbackIDs: CallbackIDs,
        onFailure: @escaping @Sendable (SQLiteError) -> Void
    ) {
        self.path = path
        self.keptMax = Mutex(keptMax)
        self.callbackIDs = callbackIDs
        self.onFailure = onFailure
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
    func flush() {
        let batch = waiting.withLock { waiting in
            defer {
                waiting.plausible = Batch()
                waiting.others = Batch()
            }
            return waiting.plausible.items + waiting.others.items
        }
        if batch.isEmpty { return }
        do throws(SQLiteError) {
            try write(batch)
        } catch {
            connection = nil
            onFailure(error)
        }
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
            connection = nil
            onFailure(error)
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

    /// Makes the file, so that readers can open it.
    func open() throws(StoreError) {
        try StoreError.mapped { () throws(SQLiteError) in _ = try opened() }
    }

    private func opened() throws(SQLiteError) -> Connection {
        if let connection { return connection }
        let connection = try RefusalFile.open(path)
        self.connection = connection
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
