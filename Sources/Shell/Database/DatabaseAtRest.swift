import Commands
import Configuration
import Maintenance
import SQLiteFiles
import Store

/// The configured database while no daemon uses it.
enum DatabaseAtRest {
    /// Locks it, so that no daemon starts. Nil when a daemon uses it, or when it is not ours to
    /// lock: then only the daemon can help.
    ///
    /// Only the section `storage` is looked at. Other keys may be wrong, and their files unreadable
    /// to the shell's user.
    static func lock(
        _ arguments: CommandArguments
    ) throws(CommandProblem) -> DatabaseLock? {
        let storage: Configuration.Storage
        do throws(ConfigurationProblems) {
            storage = try Self.storage(file: arguments.one(.config))
        } catch {
            throw CommandProblem(error)
        }
        do throws(DatabaseLock.Refusal) {
            return try DatabaseLock.acquire(storage.database, whenAbsent: .refused)
        } catch {
            switch error {
            case .inUse, .failed: return nil
            case .missing(let path):
                throw CommandProblem(.inputOutput, "the database \(path) does not exist")
            case .orphaned, .unusableLockFile: throw CommandProblem(error.exitCode, "\(error)")
            }
        }
    }

    private static func storage(
        file: String?
    ) throws(ConfigurationProblems) -> Configuration.Storage {
        let file = file ?? ConfigurationRequest.standardFile
        let text = try LoadedConfiguration.text(of: file)
        let root = try LoadedConfiguration.root(of: text, file: file)
        var context = ConfigurationContext.current()
        context.readsFiles = false
        let reader = ConfigurationReader(file: file, overrides: [], context: context)
        let (storage, _) = ConfigurationSection.read(root, by: reader) { root in
            root.section("storage") { Configuration.Storage($0) }
        }
        let problems = reader.problems.filter { $0.path.hasPrefix("storage") }
        guard problems.isEmpty, let storage else { throw ConfigurationProblems(problems) }
        return storage
    }
}
