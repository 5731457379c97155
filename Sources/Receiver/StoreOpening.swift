import Configuration
import Logging
import Maintenance
import SQLiteFiles
import System
import Store

/// Opens the database at the start; on a full disk as soon as there is room.
///
/// To end instead would have the service manager start the program again and again, and in the end
/// no more: whoever makes room would find nothing running.
struct StoreOpening {
    let database: DatabaseLock
    let configuration: Configuration
    let disk: DiskWatch
    let passed: PassedSockets
    let notifier: SystemdNotifier
    let log: Log

    private static let retryEvery = Duration.milliseconds(500)

    /// For how long the service manager is asked to wait each time.
    private static let extensionSeconds = 30

    /// The open store; nil when the program was told to stop meanwhile.
    func store(until signals: SignalOrders) async throws(StartFailure) -> Store? {
        var waiting: WaitingListeners?
        while !signals.isStopWanted {
            let result = await attempt()
            if case .failure(let error) = result, isForRoom(error) {
                // The reserve is free now, or is so already and there is no room all the same.
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
            if waiting != nil { log.info("the database can be opened now") }
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

    private func isForRoom(_ failure: StartFailure) -> Bool {
        guard case .database(let error, _) = failure else { return false }
        switch error.kind {
        case .diskFull: return true
        // A file that cannot be made on a full disk is one that cannot be opened.
        case .failed: return disk.isFull()
        case .invalidWork, .unusable, .orphaned: return false
        }
    }

    private func announce(_ failure: StartFailure) -> WaitingListeners {
        log.error("no room on the disk to open the database; waiting for some") {
            $0.add("error", describing: failure)
        }
        return WaitingListeners(configuration, passed: passed, log: log)
    }
}
