import Foundation
import Glibc

/// The user that a program runs as.
enum ProcessUser {
    /// That of the tests.
    case own

    /// One without any privilege. Only root can start a process as this user.
    case nobody

    static let nobodyID: uid_t = 65_534

    /// Whether processes of other users can be started.
    static let canBeChanged =
        geteuid() == 0 && FileManager.default.isExecutableFile(atPath: setpriv)

    private static let setpriv = "/usr/bin/setpriv"

    /// The command that runs `program` as this user.
    func command(_ program: String, _ arguments: [String]) -> [String] {
        let number = Self.nobodyID
        let change = [
            Self.setpriv, "--reuid=\(number)", "--regid=\(number)", "--clear-groups",
        ]
        return (self == .nobody ? change : []) + [program] + arguments
    }
}

extension Workspace {
    /// Gives the directory and all files in it to the user `nobody`.
    func giveToNobody() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        for path in [directory] + names.map({ directory + $0 }) {
            guard chown(path, ProcessUser.nobodyID, ProcessUser.nobodyID) == 0 else {
                throw CocoaError(.fileWriteNoPermission)
            }
        }
    }

    /// The names of files in the directory that do not belong to `nobody`.
    var filesOfOthers: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: directory).filter { name in
                var status = stat()
                guard lstat(directory + name, &status) == 0 else { return false }
                return status.st_uid != ProcessUser.nobodyID
            }
        }
    }
}
