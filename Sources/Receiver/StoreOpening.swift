import Configuration
import Logging
import Maintenance
import SQLiteFiles
import System
import Store

/// Opens the database at startup; on a full disk, as soon as there is room.
///
/// If it ended instead, the service manager would restart it some times and then give up, and the
/// service would be down after room was made.
struct StoreOpening {
    let database: DatabaseLock
    let configuration: Configuration
    let disk: DiskWatch
    let passed: PassedSockets
    let notifier: SystemdNotifier
    let log: Log

    /// The pause between two attempts.
    private static let retryEvery = Duration.milliseconds(500)

    /// How much more time each attempt requests from the service manager.
    private static let extensionSeconds = 30

    /// The open store; nil when a signal requested a stop first.
    func store(until signals: SignalOrders) async throws(StartFailure) -> Store? {
        var waiting: FullDiskListeners?
        while !signals.isStopWanted {
            let result = await attempt()
            if case .failure(let error) = result, isForRoom(error) {
                // The released reserve allows another attempt at once; without a reserve the next
                // one waits.
                if !disk.releaseReserve() {
                    waiting = waiting ?? announce(error)
                    notifier.starting(
                        status: "waiting for room on the disk",
                        seconds: Self.extensionSeconds
                    )
                    try? await Task.sleep(for: Self.retryEvery)
                }
                continue
            }
            await waiting?.close()
            if waiting != nil { log.info("no longer waiting for room on the disk") }
            return try result.get()
        }
        await waiting?.close()
        log.info("stopped")
        return nil
    }

    private func attempt() async -> Result<Store, StartFailure> {
        do throws(StartFailure) {
            return .success(try await Daemon.open(database, configuration, disk: disk, log))
        } catch {
            return .failure(error)
        }
    }

    /// Whether an attempt failed because the disk is full.
    private func isForRoom(_ failure: StartFailure) -> Bool {
        guard case .database(let error, _) = failure else { return false }
        switch error.kind {
        case .diskFull: return true
        // On a full disk a file cannot be created, which SQLite reports as a file that cannot be
        // opened.
        case .failed, .damaged, .locked: return disk.isFull()
        case .invalidWork, .unusable, .orphaned: return false
        }
    }

    /// Logs that the service waits for room, and opens the listeners for the time being.
    private func announce(_ failure: StartFailure) -> FullDiskListeners {
        log.error("no room on the disk to open the database; retrying until there is some") {
            $0.add("error", describing: failure)
        }
        return FullDiskListeners(configuration, passed: passed, log: log)
    }
}
