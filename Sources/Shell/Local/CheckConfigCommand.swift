package import Commands
package import Configuration
import Maintenance
import SQLiteFiles
import Store
import System

extension Command {
    static let checkConfig = Command(
        name: "check-config",
        summary: "Checks a configuration and prints its effective values, without secrets.",
        options: [.config, .set],
        exitCodes: [.inputOutput, .configuration],
        example: "check-config --config /etc/cashin-receiver/config.json5",
        run: runCheckConfig
    )
}

@Sendable private func runCheckConfig(
    _ arguments: CommandArguments,
    _ console: Console
) async -> ExitCode {
    switch loadConfiguration(arguments, console) {
    case .failure(let failure): return failure.code
    case .success((_, let loaded)):
        if let refusal = databaseProblem(loaded.configuration.storage) {
            let problem = ConfigurationProblem(
                source: loaded.file,
                path: "storage.database",
                text: refusal
            )
            console.complain(problem.description)
            return .configuration
        }
        console.output("// Effective values: defaults included, paths resolved, secrets omitted.\n")
        console.output(loaded.effectiveText)
        for warning in loaded.warnings { console.complain(warning.warningDescription) }
        return .success
    }
}

/// The reason why `serve` would refuse the files of the database; nil if it would not.
///
/// A database in use is not a problem, because a configuration can be checked while the daemon
/// runs. The daemon itself must not call this: opening the file beside SQLite would drop SQLite's
/// locks (see ``DatabaseLock``).
private func databaseProblem(_ storage: Configuration.Storage) -> String? {
    let refusal = DatabaseLock.examine(storage.database, whenAbsent: storage.absence)
    if let refusal { return refusal.description }
    do throws(FileError) {
        let start = try FileContents(startOf: storage.database, byteCount: fileMark.count).bytes
        guard start.isEmpty || start == fileMark else {
            return "\(storage.database) is not an SQLite database, expected one of cashin-receiver"
        }
    } catch {
        // A missing database will be created.
        guard case .system(let failure) = error, failure.isAbsence else {
            return "\(storage.database) cannot be read, \(error)"
        }
    }
    return nil
}

/// The first bytes of an SQLite database (https://www.sqlite.org/fileformat2.html, section 1.3).
private let fileMark = Array("SQLite format 3\0".utf8)

/// Loads the configuration that a command line names; on failure all problems are printed.
package func loadConfiguration(
    _ arguments: CommandArguments,
    _ console: Console
) -> Result<(ConfigurationRequest, LoadedConfiguration), CommandFailure> {
    do throws(UsageError) {
        let request = try ConfigurationRequest(arguments, context: .current())
        do throws(ConfigurationProblems) {
            return .success((request, try request.load()))
        } catch {
            for problem in error.problems { console.complain(problem.description) }
            return .failure(CommandFailure(code: .configuration))
        }
    } catch {
        console.complain("\(programName): \(error.text)")
        return .failure(CommandFailure(code: .usage))
    }
}

/// The exit code of a command whose problem was printed already.
package struct CommandFailure: Error {
    package let code: ExitCode
}
