import Logging
import System
import Synchronization

/// A file beside the database that is removed when the disk is full, so that callbacks have space.
final class DiskReserve: Sendable {
    private struct State {
        /// Whether this instance has created the present file.
        ///
        /// Some file systems report no used space for such a file; then it must not look hollow.
        var isMade = false

        /// Whether a failure to create the file was logged; it is logged once.
        var isFailureReported = false
    }

    /// The file that is found at the path.
    private enum Finding: Equatable {
        case absent
        case sound
        case otherSize(Int64)
        /// The right size, but without allocated space, as a copy can be.
        case hollow
        /// Something other than a regular file.
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

    /// Removes the reserve because its space is needed; returns whether there was one.
    func release() -> Bool {
        guard let usage = FileSpace.usage(of: path), usage.usedBytes > 0 else { return false }
        do throws(FileError) {
            try FileCreation.remove(path)
        } catch {
            log.error("the disk reserve cannot be removed") {
                $0.add("error", describing: error)
            }
            return false
        }
        log.warning("the disk is full; its reserve was removed") { $0.add("file", path) }
        return true
    }

    /// Removes the reserve, because `storage.minimumFreeBytes` is 0.
    func remove() {
        guard FileSpace.usage(of: path) != nil else { return }
        // A failure is ignored, because the reserve does no harm.
        try? FileCreation.remove(path)
    }

    /// Creates the reserve if it is missing or unusable, unless that would leave too little free
    /// space.
    func make(bytes: Int64, freeBytes: Int64, minimumBytes: Int64) {
        let usage = FileSpace.usage(of: path)
        let finding = finding(of: usage, expected: bytes)
        if finding == .sound { return }
        guard freeBytes + (usage?.usedBytes ?? 0) > minimumBytes + bytes else { return }
        // If the database is missing, its volume may be unmounted, and this is another file system.
        guard FileCreation.exists(databasePath) else { return }
        do throws(FileError) {
            try clear(finding)
            try FileSpace.reserve(
                path,
                bytes: Int(bytes),
                owner: FileOwnership.ofNewFile(beside: databasePath)
            )
            state.withLock { $0 = State(isMade: true, isFailureReported: false) }
            logReplacement(finding, expected: bytes)
        } catch {
            let isReported = state.withLock { state in
                defer { state.isFailureReported = true }
                return state.isFailureReported
            }
            if isReported { return }
            log.warning("the disk reserve cannot be created") {
                $0.add("file", path)
                $0.add("error", describing: error)
            }
        }
    }

    /// Judges the file at the path by its usage.
    private func finding(
        of usage: (byteCount: Int64, usedBytes: Int64)?,
        expected bytes: Int64
    ) -> Finding {
        guard let usage else {
            return FileCreation.exists(path) ? .noFile : .absent
        }
        if usage.byteCount != bytes { return .otherSize(usage.byteCount) }
        let isMade = state.withLock { $0.isMade }
        return isMade || usage.usedBytes >= bytes ? .sound : .hollow
    }

    /// Clears the path. Something other than a regular file is renamed, because its contents may be
    /// needed.
    private func clear(_ finding: Finding) throws(FileError) {
        switch finding {
        case .absent, .sound: return
        case .otherSize, .hollow: try FileCreation.remove(path)
        case .noFile: try FileCreation.rename(path, to: path + ".damaged")
        }
    }

    /// Logs why an unusable reserve was replaced.
    private func logReplacement(_ finding: Finding, expected bytes: Int64) {
        let problem: String
        switch finding {
        case .absent, .sound: return
        case .otherSize(let size): problem = "it had \(size) bytes"
        case .hollow: problem = "it had no allocated space"
        case .noFile: problem = "it was not a regular file, and was renamed to .damaged"
        }
        log.warning("the disk reserve was unusable and was created again") {
            $0.add("file", path)
            $0.add("problem", problem)
            $0.add("bytes", bytes)
        }
    }
}
