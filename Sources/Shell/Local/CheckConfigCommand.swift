import Commands
import Configuration
import Maintenance
import SQLiteFiles
import System
import Store

extension Command {
    static let checkConfig = Command(
        name: "check-config",
        summary: "Checks a configuration and prints it as it takes effect, without secrets.",
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
        console.output("// In effect; defaults included, paths resolved, secrets left out.\n")
        console.output(loaded.effectiveText)
        for warning in loaded.warnings { console.complain(warning.warningDescription) }
        return .success
    }
}

/// What `serve` would refuse about the database's files; nil when nothing.
///
/// A database that another process uses is none of it: a configuration is checked while it serves.
/// Not for the serving process: it must not open the file beside SQLite (see ``DatabaseLock``).
private func databaseProblem(_ storage: Configuration.Storage) -> String? {
    let refusal = DatabaseLock.examine(storage.database, whenAbsent: storage.absence)
    if let refusal { return refusal.description }
    do throws(FileError) {
        let start = try FileContents(startOf: storage.database, byteCount: fileMark.count).bytes
        guard start.isEmpty || start == fileMark else {
            return "\(storage.database) is no SQLite database, expected one of cashin-receiver"
        }
    } catch {
        // One that is not there will be made.
        guard case .system(let failure) = error, failure.isAbsence else {
            return "\(storage.database) cannot be read, \(error)"
        }
    }
    return nil
}

/// What an SQLite database begins with (https://www.sqlite.org/fileformat2.html, section 1.3).
private let fileMark = Array("SQLite format 3\0".utf8)
