import Configuration
import Logging
import Maintenance
import System
import Store

/// Opens the database at startup: as soon as a full disk has room, or a server can be reached.
///
/// If it ended instead, the service manager would restart it some times and then give up, and the
/// service would be down after the cause had ended.
struct StoreOpening {
    let database: ServiceDatabase
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
        var waiting: WaitingListeners?
        while !signals.isStopWanted {
            let result = await attempt()
            if case .failure(let failure) = result, isPassing(failure) {
                // The released reserve allows another attempt at once; without a reserve the next
                // one waits.
                if !disk.releaseReserve() {
                    waiting = waiting ?? announce(failure)
                    notifier.starting(status: status, seconds: Self.extensionSeconds)
                    try? await Task.sleep(for: Self.retryEvery)
                }
                continue
            }
            await waiting?.close()
            if waiting != nil { log.info("no longer waiting for the database") }
            return try result.get()
        }
        await waiting?.close()
        log.info("stopped")
        return nil
    }

    private func attempt() async -> Result<Store, StartFailure> {
        do throws(StartFailure) {
            return .success(try await database.open(configuration, disk: disk, log))
        } catch {
            return .failure(error)
        }
    }

    private func isPassing(_ failure: StartFailure) -> Bool {
        guard case .database(let error, _) = failure else { return false }
        return database.isPassing(error, disk: disk)
    }

    /// What the service manager shows meanwhile.
    private var status: String {
        switch database {
        case .file: "waiting for room on the disk"
        case .server: "waiting for the database"
        }
    }

    /// Logs that the service waits, and opens the listeners for the time being.
    private func announce(_ failure: StartFailure) -> WaitingListeners {
        let problem: String
        switch database {
        case .file:
            problem = "the disk is full"
            log.error("no room on the disk to open the database; retrying until there is some") {
                $0.add("error", describing: failure)
            }
        case .server:
            problem = "\(failure)"
            log.error("the database cannot be reached; retrying until it can") {
                $0.add("error", describing: failure)
            }
        }
        return WaitingListeners(configuration, passed: passed, problem: problem, log: log)
    }
}
