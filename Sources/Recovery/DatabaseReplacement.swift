import System

/// Puts a restored copy in the place of a database, which keeps its files under another name.
struct DatabaseReplacement {
    /// Of the database.
    let path: String

    /// The copy that takes its place.
    let copy: String

    /// The name that the files of the old database get.
    let aside: String

    /// What the name of a log gets whose database is unknown.
    let asideSuffix: String

    /// The files that may contain the newest commits of a database, besides its main file.
    static let logSuffixes = ["-wal", "-journal"]

    /// Renames the replaced database, and gives the copy its name.
    ///
    /// The main file is renamed before its WAL: otherwise a crash could leave a database without
    /// its newest commits, or the copy beside a foreign WAL. A hard link gives the WAL its new name
    /// first, where links are possible, so that the replaced database stays complete. The index is
    /// removed last: without a main file it prevents `serve` from creating an empty one.
    func run() throws(RecoveryFailure) {
        let directory = FilePath.directory(of: path)
        try RecoveryFailure.about(path) { () throws(FileError) in
            if FileCreation.exists(path) {
                for suffix in Self.logSuffixes where FileCreation.exists(path + suffix) {
                    // Not every file system supports links; then the WAL is renamed below.
                    try? FileMove.link(path + suffix, as: aside + suffix)
                }
                try FileMove.synchronize(directory)
                try FileMove.rename(path, to: aside)
                try FileMove.synchronize(directory)
            }
            for suffix in Self.logSuffixes where FileCreation.exists(path + suffix) {
                try moveLog(suffix)
            }
            for name in [path, aside] { try FileCreation.remove(name + "-shm") }
            try FileMove.synchronize(directory)
            try FileMove.rename(copy, to: path)
            for suffix in ["-lookup", "-lookup-wal", "-lookup-shm"] {
                try FileCreation.remove(path + suffix)
            }
            try FileMove.synchronize(directory)
        }
    }

    /// Renames a WAL or journal; removes the old name of one that has both names.
    private func moveLog(_ suffix: String) throws(FileError) {
        if !FileCreation.exists(aside + suffix) {
            try FileMove.rename(path + suffix, to: aside + suffix)
        } else if FileIdentity(at: path + suffix) == FileIdentity(at: aside + suffix) {
            try FileCreation.remove(path + suffix)
        } else {
            // It is unknown which database it belongs to.
            try FileMove.rename(path + suffix, to: path + asideSuffix + suffix)
        }
    }
}
