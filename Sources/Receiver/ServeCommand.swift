import Commands
package import Configuration
import FileCommands
package import Logging
import System

extension Command {
    /// The command `serve`.
    static let serve = Command(
        name: "serve",
        summary: "Receives callbacks until it is stopped by SIGTERM or SIGINT.",
        options: [.config, .set],
        exitCodes: [.unavailable, .internalError, .inputOutput, .configuration],
        example: "serve --config /etc/cashin-receiver/config.json5 --set log.level=debug",
        receivesSignals: true,
        run: runServe
    )
}

@Sendable private func runServe(_ arguments: CommandArguments, _ console: Console) async -> ExitCode
{
    let orders = SignalOrders()
    let signals = Signals { orders.receive($0) }
    defer { _ = signals }
    switch loadConfiguration(arguments, console) {
    case .failure(let failure): return failure.code
    case .success((let request, let loaded)):
        let settings = loaded.configuration.log
        let log = Log(
            level: settings.level,
            format: settings.format,
            isForJournal: Log.isUnderJournal(request.context.environment)
        )
        defer { log.flush() }
        orders.set(log)
        prepareProcess(log)
        for warning in loaded.warnings { log.warning(warning) }
        return await Service.run(
            configuration: loaded,
            reload: {
                Result { () throws(ConfigurationProblems) in try request.load() }
            },
            signals: orders,
            log: log
        )
    }
}

/// Raises the limit of open files, and turns signals about failed writes into errors.
private func prepareProcess(_ log: Log) {
    Signals.ignoreWriteSignals()
    do throws(SystemError) {
        try FileLimit.raise()
    } catch {
        log.warning("cannot raise the limit of open files") { $0.add("error", describing: error) }
    }
}

extension Log {
    /// Logs a warning about the configuration.
    package func warning(_ warning: ConfigurationProblem) {
        self.warning("configuration") { line in
            line.add("source", warning.source)
            line.add("key", warning.path)
            line.add("warning", warning.text)
        }
    }

    /// Logs a problem of the configuration.
    package func error(_ problem: ConfigurationProblem) {
        self.error("configuration") { line in
            line.add("source", problem.source)
            line.add("key", problem.path)
            line.add("problem", problem.text)
        }
    }
}
