package import Commands
import HTTPClient
package import Logging
import Sockets
package import Store

/// The command `serve`, from the lock on the database to the exit code.
package enum Service {
    /// Serves until a signal ends it.
    ///
    /// - Parameter reload: reads the configuration again, on SIGHUP.
    package static func run(
        configuration: LoadedConfiguration,
        reload: @escaping @Sendable () -> Result<LoadedConfiguration, ConfigurationProblems>,
        log: Log
    ) async -> ExitCode {
        let storage = configuration.configuration.storage
        do throws(DatabaseLock.Refusal) {
            let database = try DatabaseLock.acquire(storage.database, whenAbsent: .created)
            // Released by the store when it has closed the database, and in any case here.
            defer { database.release() }
            return await serve(configuration, database, reload, log)
        } catch {
            log.error("cannot start") { $0.add("error", describing: error) }
            return error.exitCode
        }
    }

    private static func serve(
        _ configuration: LoadedConfiguration,
        _ database: DatabaseLock,
        _ reload: @escaping @Sendable () -> Result<LoadedConfiguration, ConfigurationProblems>,
        _ log: Log
    ) async -> ExitCode {
        let notifier = SystemdNotifier(
            environment: CurrentProcess.environment(),
            processID: CurrentProcess.id
        )
        // Signals that come from now on wait for the daemon instead of ending the process.
        let (events, continuation) = AsyncStream.makeStream(of: Signal.self)
        let isStopWanted = Flag()
        let signals = Signals { signal in
            if signal != .hangUp { isStopWanted.set() }
            continuation.yield(signal)
        }
        defer { _ = signals }
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
            guard let store = try await opening.store(until: isStopWanted) else { return .success }
            let daemon = try await Daemon(
                configuration,
                store: store,
                disk: disk,
                passed: passed,
                log: log
            )
            notifier.ready(status: "serving")
            let watchdog = Task { await daemon.keepWatch(notifier) }
            await handle(events, daemon, notifier, reload)
            watchdog.cancel()
            notifier.stopping()
            // From here on a second signal ends the program at once.
            let impatient = Task {
                for await signal in events where signal != .hangUp {
                    log.warning("stopped at once by a second signal")
                    log.flush()
                    CurrentProcess.exit(ExitCode.unavailable.rawValue)
                }
            }
            await daemon.stop(withinSeconds: 10)
            impatient.cancel()
            return .success
        } catch {
            log.error("cannot start") { $0.add("error", describing: error) }
            return error.exitCode
        }
    }

    /// Acts on signals until one asks to stop.
    private static func handle(
        _ events: AsyncStream<Signal>,
        _ daemon: Daemon,
        _ notifier: SystemdNotifier,
        _ reload: @Sendable () -> Result<LoadedConfiguration, ConfigurationProblems>
    ) async {
        for await signal in events {
            guard signal == .hangUp else { return }
            notifier.reloading()
            notifier.ready(status: daemon.reload(reload()))
        }
    }
}

extension DatabaseLock.Refusal {
    /// The exit code of a command that needed the database.
    package var exitCode: ExitCode {
        switch self {
        case .inUse: .unavailable
        case .failed: .inputOutput
        case .missing, .orphaned: .configuration
        }
    }
}

/// Why the service did not come up.
enum StartFailure: Error, CustomStringConvertible {
    case database(StoreError, path: String)
    case listener(ListenError)
    case loops(SystemError)
    case keys(String)
    case outbound(HTTPClientError)

    var description: String {
        switch self {
        case .database(let error, let path): "database \(path): \(error)"
        case .listener(let error): "\(error)"
        case .loops(let error): "\(error)"
        case .keys(let problem): "keys: \(problem)"
        case .outbound(let error): "outbound calls: \(error)"
        }
    }

    var exitCode: ExitCode {
        switch self {
        case .database: .inputOutput
        case .listener: .unavailable
        case .loops, .keys, .outbound: .internalError
        }
    }
}
