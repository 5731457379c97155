package import Configuration
import Ledger
package import Logging
import Payments
import System
package import Store
import Synchronization

/// Watches the room on the database's file system (contract section 3).
///
/// Below `storage.minimumFreeBytes` nothing is generated and no refused request is kept: what is
/// left belongs to callbacks. A reserve, a file beside the database, is given free for them when
/// the disk is all but full, or when a commit finds no room.
package final class DiskWatch: Sendable {
    /// What was seen last.
    package struct View: Equatable, Sendable {
        /// Nil until it could be told.
        package var freeBytes: Int64?
        package var minimumBytes: Int64
        package var isLow = false
    }

    private let reserve: DiskReserve
    private let directory: String
    private let log: Log
    private let view: Mutex<View>

    /// How often the disk is looked at.
    private static let everyMilliseconds = 1_000

    /// Below it a database cannot even be opened: its log and its shared memory have to be made.
    private static let fullBytes: Int64 = 262_144

    /// The reserve is an eighth of what is to stay free, and no larger than this.
    private static let reserveBytesMax: Int64 = 67_108_864

    package init(_ storage: Configuration.Storage, log: Log) {
        let path = storage.database
        reserve = DiskReserve(databasePath: path, log: log)
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let parent = path.dropLast(name.count)
        directory = parent.isEmpty ? "." : String(parent)
        self.log = log
        view = Mutex(View(minimumBytes: Int64(storage.minimumFreeBytes)))
    }

    /// What was seen last.
    package var current: View { view.withLock { $0 } }

    /// Whether there is less room than is to stay free.
    var isLow: Bool { view.withLock { $0.isLow } }

    /// Has so many bytes stay free from now on.
    package func setMinimum(_ bytes: Int) { view.withLock { $0.minimumBytes = Int64(bytes) } }

    private func reserveBytes(_ minimum: Int64) -> Int64 { min(minimum / 8, Self.reserveBytesMax) }

    // MARK: The reserve

    /// Gives the reserve free; returns whether there was one.
    package func releaseReserve() -> Bool { reserve.release() }

    /// Whether the disk is so full that the database cannot be opened, with the reserve given free
    /// already.
    package func isFull() -> Bool { (look().freeBytes ?? .max) < Self.fullBytes }

    // MARK: Watching

    /// Looks at the disk; the reserve follows.
    @discardableResult
    package func look() -> View {
        var free: Int64?
        do throws(FileError) {
            free = try FileSpace.freeBytes(at: directory)
        } catch {
            // Whatever is the matter, the database's own errors tell it better.
            free = nil
        }
        let seen = view.withLock { view in
            view.freeBytes = free
            guard let free else { return view }
            // What was low has to have some room again: else it would come and go.
            let enough = view.minimumBytes + (view.isLow ? reserveBytes(view.minimumBytes) : 0)
            view.isLow = free < enough
            return view
        }
        arrangeReserve(seen)
        return seen
    }

    private func arrangeReserve(_ seen: View) {
        guard let free = seen.freeBytes else { return }
        let size = reserveBytes(seen.minimumBytes)
        if size == 0 {
            reserve.remove()
        } else if free < size {
            _ = reserve.release()
        } else if !seen.isLow {
            reserve.make(bytes: size, freeBytes: free, minimumBytes: seen.minimumBytes)
        }
    }

    /// Watches until it is cancelled, and keeps the store and the attention list told.
    package func run(_ store: Store) async {
        var isShownLow = false
        // An entry may be open from before the start.
        var isTold = false
        while !Task.isCancelled {
            let seen = look()
            store.setKeepsRefusals(!seen.isLow)
            if seen.isLow != isShownLow || !isTold {
                isTold = await tell(seen, store, isNew: seen.isLow != isShownLow)
                isShownLow = seen.isLow
            }
            try? await Task.sleep(for: .milliseconds(Self.everyMilliseconds))
        }
    }

    /// Logs, and opens or closes the entry; returns whether the attention list holds it. Where the
    /// disk has no room for that, it is tried again.
    private func tell(_ seen: View, _ store: Store, isNew: Bool) async -> Bool {
        let free = seen.freeBytes ?? 0
        if isNew, seen.isLow {
            log.warning("the disk is low") {
                $0.add("freeBytes", free)
                $0.add("minimumFreeBytes", seen.minimumBytes)
            }
        } else if isNew {
            log.info("the disk has room again") { $0.add("freeBytes", free) }
        }
        do throws(StoreError) {
            if seen.isLow {
                let text =
                    "\(free) bytes are free on the disk of the database, "
                    + "\(seen.minimumBytes) should be: nothing is generated, and refused requests "
                    + "are not kept"
                try await store.raise(.diskLow, detail: text)
            } else if try await store.reader.openAttentionCounts()[AttentionKind.diskLow.rawValue]
                != nil
            {
                _ = try await store.close(.diskLow, note: "\(free) bytes are free again")
            }
            return true
        } catch {
            return false
        }
    }
}
