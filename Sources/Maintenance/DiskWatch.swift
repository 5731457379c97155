package import Configuration
import Ledger
package import Logging
import Payments
import SQLiteFiles
import System
package import Store
import Synchronization

/// Watches the free space on the file system of the database (article Storage).
///
/// Below `storage.minimumFreeBytes` nothing is generated and no rejected request is kept: the rest
/// is left to authentic callbacks. A reserve, which is a file beside the database, is removed for
/// them when the disk is almost full or a commit fails for lack of space.
///
/// With a database in PostgreSQL, the file system has only the rejected-request store; nothing else
/// depends on its space. Thread-safe.
package final class DiskWatch: Sendable {
    /// The result of a measurement.
    package struct View: Equatable, Sendable {
        /// Nil before the first successful measurement.
        package var freeBytes: Int64?

        /// `storage.minimumFreeBytes`; 0 for no limit.
        package var minimumBytes: Int64

        /// Whether fewer bytes are free than the limit.
        ///
        /// The state ends only when the size of the reserve is free in addition, so that it does
        /// not alternate while the free space is near the limit.
        package var isLow = false

        /// Whether the database is on this disk.
        package var hasDatabase = true

        /// Whether nothing is generated, so that the rest is left to callbacks.
        package var stopsGenerating: Bool { isLow && hasDatabase }
    }

    /// Nil where no database needs one.
    private let reserve: DiskReserve?

    /// The files of the database, and of the rejected-request store, with a word for each.
    private let files: [(word: String, path: String)]

    /// The directory whose file system is measured.
    private let directory: String
    private let log: Log
    private let view: Mutex<View>

    /// The interval of the measurements.
    private static let everyMilliseconds = 1_000

    /// Below this a database cannot be opened, because its WAL and shared-memory files must be
    /// created.
    private static let fullBytes: Int64 = 262_144

    /// The maximum size of the reserve, which is an eighth of `storage.minimumFreeBytes`.
    private static let reserveBytesMax: Int64 = 67_108_864

    package init(_ storage: Configuration.Storage, log: Log) {
        var first = View(minimumBytes: Int64(storage.minimumFreeBytes))
        switch storage.database {
        case .file(let path):
            reserve = DiskReserve(databasePath: path, log: log)
            let all = StoreFiles(main: path)
            files = [("database", path), ("index", all.lookup), ("rejected", all.refused)]
        case .server(let server):
            reserve = nil
            files = [("rejected", server.rejectedFile)]
            first.hasDatabase = false
        }
        directory = FilePath.directory(of: files[0].path)
        self.log = log
        view = Mutex(first)
    }

    /// The last measurement.
    package var current: View { view.withLock { $0 } }

    /// Whether the last measurement was below the limit.
    var isLow: Bool { view.withLock { $0.isLow } }

    /// Sets the limit, after a reload; it applies from the next measurement on.
    package func setMinimum(_ bytes: Int) { view.withLock { $0.minimumBytes = Int64(bytes) } }

    private func reserveBytes(_ minimum: Int64) -> Int64 { min(minimum / 8, Self.reserveBytesMax) }

    /// The sizes in bytes of the files that exist, with a word for each.
    package var fileSizes: [(word: String, bytes: Int64)] {
        files.flatMap { word, path in
            let wal = (word + "_wal", StoreFiles(main: path).wal)
            return [(word, path), wal].compactMap { word, path in
                FileSpace.usage(of: path).map { (word, $0.byteCount) }
            }
        }
    }

    // MARK: The reserve

    /// Removes the reserve; returns whether there was one.
    package func releaseReserve() -> Bool { reserve?.release() ?? false }

    /// Measures whether the disk is too full to open the database.
    ///
    /// The measurement removes the reserve if it is needed.
    package func isFull() -> Bool { (measure().freeBytes ?? .max) < Self.fullBytes }

    // MARK: Watching

    /// Measures the free space, and creates or removes the reserve accordingly.
    @discardableResult
    package func measure() -> View {
        var free: Int64?
        do throws(FileError) {
            free = try FileSpace.freeBytes(at: directory)
        } catch {
            // The errors of the database itself describe the cause better.
            free = nil
        }
        let seen = view.withLock { view in
            view.freeBytes = free
            guard let free else { return view }
            // Hysteresis: to end the low state, the size of the reserve must be free in addition.
            let enough = view.minimumBytes + (view.isLow ? reserveBytes(view.minimumBytes) : 0)
            view.isLow = free < enough
            return view
        }
        arrangeReserve(seen)
        return seen
    }

    /// Creates the reserve if there is space for it, and removes it if the disk is almost full.
    private func arrangeReserve(_ seen: View) {
        guard let reserve, let free = seen.freeBytes else { return }
        let size = reserveBytes(seen.minimumBytes)
        if size == 0 {
            reserve.remove()
        } else if free < size {
            _ = reserve.release()
        } else if !seen.isLow {
            reserve.make(bytes: size, freeBytes: free, minimumBytes: seen.minimumBytes)
        }
    }

    /// Measures every second until the task is cancelled, and updates the store and the attention
    /// list.
    package func run(_ store: Store) async {
        var isShownLow = false
        // False at first, because an entry may be open from before the start.
        var isReported = false
        while !Task.isCancelled {
            let seen = measure()
            store.setKeepsRejectedRequests(!seen.isLow)
            if seen.isLow != isShownLow || !isReported {
                isReported = await report(seen, store, isNew: seen.isLow != isShownLow)
                isShownLow = seen.isLow
            }
            try? await Task.sleep(for: .milliseconds(Self.everyMilliseconds))
        }
    }

    /// Logs a change, and raises or closes the entry `disk-low`.
    ///
    /// - Returns: false if the entry could not be written, for instance because the disk is full;
    ///   the caller tries again.
    private func report(_ seen: View, _ store: Store, isNew: Bool) async -> Bool {
        let free = seen.freeBytes ?? 0
        if isNew, seen.isLow {
            log.warning("the disk is low") {
                $0.add("freeBytes", free)
                $0.add("minimumFreeBytes", seen.minimumBytes)
            }
        } else if isNew {
            log.info("the disk has enough free space again") { $0.add("freeBytes", free) }
        }
        // Of several receivers, the disk of one is no concern of the others.
        guard seen.hasDatabase else { return true }
        do throws(StoreError) {
            if seen.isLow {
                let text =
                    "the disk of the database has \(free) free bytes, less than "
                    + "storage.minimumFreeBytes (\(seen.minimumBytes)): nothing is generated, and "
                    + "rejected requests are not kept"
                try await store.raise(.diskLow, detail: text)
            } else if try await store.reader.openAttentionCounts()[AttentionKind.diskLow.rawValue]
                != nil
            {
                let note = "\(free) bytes are free again"
                _ = try await store.close(.diskLow, by: "receiver", note: note)
            }
            return true
        } catch {
            return false
        }
    }
}
