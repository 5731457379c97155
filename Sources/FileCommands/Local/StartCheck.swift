import Configuration
import Maintenance
import PostgreSQLStore
import SQLiteFiles
import System

/// Finds what a start of `serve` would refuse beyond the configuration itself, without opening,
/// locking or creating anything.
struct StartCheck {
    let loaded: LoadedConfiguration

    /// The names of the sockets that the service manager passed; nil if it passed none.
    let passedNames: [String]?

    /// One problem for each obstacle.
    var problems: [ConfigurationProblem] {
        let configuration = loaded.configuration
        var problems: [ConfigurationProblem] = []
        if let text = databaseProblem(configuration.storage) {
            problems.append(problem("storage.database", text))
        }
        if case .server(let server) = configuration.storage.database,
            let text = directoryProblem(server.rejectedFile)
        {
            problems.append(problem("storage.rejectedFile", text))
        }
        problems += listenProblems("notify.listen", configuration.notify.listen)
        problems += listenProblems("internal.listen", configuration.internalAPI.listen)
        return problems
    }

    /// A database in use is not a problem, because a configuration can be checked while the daemon
    /// runs.
    private func databaseProblem(_ storage: Configuration.Storage) -> String? {
        switch storage.database {
        case .server(let server): return PostgreSQLAddress.problem(with: server.uri)
        case .file(let configured):
            let path = (try? FilePath.resolve(configured)) ?? configured
            // The WAL and the other files are created beside the database.
            return directoryProblem(path)
                ?? DatabaseLock.examine(path, whenAbsent: storage.absence)?.description
                ?? DatabaseSchema.examine(path)
        }
    }

    /// Why the file at a path cannot be created or replaced; nil if it can.
    private func directoryProblem(_ path: String) -> String? {
        let directory = FilePath.directory(of: path)
        return FilePath.obstacle(toCreatingIn: directory).map {
            "\(path) cannot be created or written: its directory \(directory) \($0)"
        }
    }

    private func listenProblems(
        _ key: String,
        _ addresses: [ListenAddress]
    ) -> [ConfigurationProblem] {
        addresses.compactMap { address in
            Listener.examine(address, passed: passedNames).map { text in
                problem(key, "is \(address), but \(text); expected an address to listen on")
            }
        }
    }

    private func problem(_ path: String, _ text: String) -> ConfigurationProblem {
        ConfigurationProblem(source: loaded.source(of: path), path: path, text: text)
    }
}
