import Commands
import Configuration
import HTTPClient
import Logging
import Maintenance
import SQLiteFiles
import System
import Store

/// The command `serve`, from locking a database file to the exit code.
enum Service {
    /// Serves until a signal stops it.
    ///
    /// - Parameters:
    ///   - reload: reads the configuration again, on SIGHUP.
    ///   - signals: the signals since the start of the program.
    static func run(
        configuration: LoadedConfiguration,
        reload: @escaping @Sendable () -> Result<LoadedConfiguration, ConfigurationProblems>,
        signals: SignalOrders,
        log: Log
    ) async -> ExitCode {
        let storage = configuration.configuration.storage
        switch storage.database {
        case .server(let server):
            return await serve(configuration, .server(server), reload, signals, log)
        case .file(let path):
            // Before the lock: from then on, only SQLite may open the file.
            if let problem = DatabaseSchema.examine(path) {
                log.error("cannot start") { $0.add("error", problem) }
                return .configuration
            }
            do throws(DatabaseLock.Refusal) {
                let lock = try DatabaseLock.acquire(path, whenAbsent: storage.absence)
                // The store releases it after it has closed the database; in all other cases it is
                // released here.
                defer { lock.release() }
                return await serve(configuration, .file(lock), reload, signals, log)
            } catch {
                log.error("cannot start") { $0.add("error", describing: error) }
                return error.exitCode
            }
        }
    }

    private static func serve(
        _ configuration: LoadedConfiguration,
        _ database: ServiceDatabase,
        _ reload: @escaping @Sendable () -> Result<LoadedConfiguration, ConfigurationProblems>,
        _ signals: SignalOrders,
        _ log: Log
    ) async -> ExitCode {
        let notifier = SystemdNotifier(
            environment: CurrentProcess.environment(),
            processID: CurrentProcess.id
        )
        do throws(StartFailure) {
            let disk = DiskWatch(configuration.configuration.storage, log: log)
            let passed = PassedSockets()
            let opening = StoreOpening(
                database: database,
                configuration: configuration.configuration,
                disk: disk,
                passed: passed,
                notifier: notifier,
                log: log
            )
            guard let store = try await opening.store(until: signals) else { return .success }
            let daemon = try await Daemon(
                configuration,
                store: store,
                disk: disk,
                passed: passed,
                log: log
            )
            notifier.ready(status: "serving")
            let watchdog = Task { await daemon.keepWatch(notifier) }
            await handle(signals.all, daemon, notifier, reload)
            watchdog.cancel()
            notifier.stopping()
            await daemon.stop(withinSeconds: 10)
            return .success
        } catch {
            log.error("cannot start") { $0.add("error", describing: error) }
            return error.exitCode
        }
    }

    /// Handles signals until one requests a stop.
    private static func handle(
        _ events: AsyncStream<Signal>,
        _ daemon: Daemon,
        _ notifier: SystemdNotifier,
        _ reload: @Sendable () -> Result<LoadedConfiguration, ConfigurationProblems>
    ) async {
        for await signal in events {
            guard signal == .hangUp else { return }
            notifier.reloading()
            notifier.ready(status: await daemon.reload(reload()))
        }
    }
}

/// Why the service could not start.
enum StartFailure: Error, CustomStringConvertible {
    case database(StoreError, name: String)
    case listener(ListenError)
    case loops(SystemError)
    case keys(String)
    case outbound(HTTPClientError)

    var description: String {
        switch self {
        case .database(let error, let name): "database \(name): \(error)"
        case .listener(let error): "\(error)"
        case .loops(let error): "\(error)"
        case .keys(let problem): "keys: \(problem)"
        case .outbound(let error): "outbound calls: \(error)"
        }
    }

    /// The exit code of `serve`, from sysexits.h.
    var exitCode: ExitCode {
        switch self {
        case .database(let error, _):
            [.orphaned, .unusable].contains(error.kind) ? .configuration : .inputOutput
        case .listener(let error): error.isLasting ? .configuration : .unavailable
        // Only a file for TLS that was changed since the configuration was loaded.
        case .outbound: .configuration
        case .loops, .keys: .internalError
        }
    }
}
