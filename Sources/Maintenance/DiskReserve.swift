import Logging
import System
import Synchronization

/// A file beside the database whose room is given free for callbacks when the disk is full.
final class DiskReserve: Sendable {
    private struct State {
        /// Whether the present file was made here: some file systems count no room for it.
        var isMade = false

        /// Whether the log has told that it cannot be made.
        var isFailureTold = false
    }

    /// What is at the path.
    private enum Finding: Equatable {
        case absent
        case sound
        case otherSize(Int64)
        /// So large, but without room of its own: a copy may be.
        case hollow
        case noFile
    }

    private let path: String
    private let databasePath: String
    private let log: Log
    private let state = Mutex(State())

    init(databasePath: String, log: Log) {
        self.databasePath = databasePath
        path = databasePath + "-reserve"
        self.log = log
    }

    /// Gives the reserve free; returns whether there was one.
    func release() -> Bool {
        guard let usage = FileSpace.usage(of: path), usage.usedBytes > 0 else { return false }
        do throws(FileError) {
            try FileCreation.remove(path)
        } catch {
            log.error("the reserve of the disk cannot be given free") {
                $0.add("error", describing: error)
            }
            return false
        }
        log.warning("the disk is full: its reserve is given free") { $0.add("file", path) }
        return true
    }

    /// Removes the reserve: no room is to be kept free any more.
    func remove() {
        guard FileSpace.usage(of: path) != nil else { return }
        // It takes up what nothing else needs.
        try? FileCreation.remove(path)
    }

    /// Makes the reserve where it is missing or not as it should be, if that leaves enough free.
    func make(bytes: Int64, freeBytes: Int64, minimumBytes: Int64) {
        let finding = find(bytes)
        if finding == .sound { return }
        let used = FileSpace.usage(of: path)?.usedBytes ?? 0
        guard freeBytes + used > minimumBytes + bytes else { return }
        // Without the database this is another file system: its volume was unmounted.
        guard FileCreation.exists(databasePath) else { return }
        do throws(FileError) {
            try clear(finding)
            try FileSpace.reserve(
                path,
                bytes: Int(bytes),
                owner: FileOwnership.ofNewFile(beside: databasePath)
            )
            state.withLock { $0 = State(isMade: true, isFailureTold: false) }
            tell(finding, expected: bytes)
        } catch {
            let isTold = state.withLock { state in
                defer { state.isFailureTold = true }
                return state.isFailureTold
            }
            if isTold { return }
            log.warning("the reserve of the disk cannot be made") {
                $0.add("file", path)
                $0.add("error", describing: error)
            }
        }
    }

    private func find(_ bytes: Int64) -> Finding {
        guard let usage = FileSpace.usage(of: path) else {
            return FileCreation.exists(path) ? .noFile : .absent
        }
        if usage.byteCount != bytes { return .otherSize(usage.byteCount) }
        let isMade = state.withLock { $0.isMade }
        return isMade || usage.usedBytes >= bytes ? .sound : .hollow
    }

    /// Moves away what is at the path: a directory may hold what somebody needs.
    private func clear(_ finding: Finding) throws(FileError) {
        switch finding {
        case .absent, .sound: return
        case .otherSize, .hollow: try FileCreation.remove(path)
        case .noFile: try FileCreation.rename(path, to: path + ".damaged")
        }
    }

    private func tell(_ finding: Finding, expected bytes: Int64) {
        let problem: String
        switch finding {
        case .absent, .sound: return
        case .otherSize(let size): problem = "it had \(size) bytes"
        case .hollow: problem = "it took up no room"
        case .noFile: problem = "it was no regular file, and is kept as .damaged"
        }
        log.warning("the reserve of the disk was not as it should be and is made again") {
            $0.add("file", path)
            $0.add("problem", problem)
            $0.add("bytes", bytes)
        }
    }
}
