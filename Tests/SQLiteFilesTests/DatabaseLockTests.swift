import Glibc
import System
import Support
import Testing

@testable import SQLiteFiles

/// One process uses a database, under whatever name it comes.
@Suite struct DatabaseLockTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.file("receiver.db") }

    /// A name that leads to the database's file.
    enum Alias: String, CaseIterable, Codable {
        case itself, symbolicLink, hardLink, withoutLockFile, throughDirectoryLink

        /// Makes the name and returns it.
        func make(_ path: String, in directory: TemporaryDirectory) throws -> String {
            let other = directory.file("other.db")
            switch self {
            case .itself: return path
            case .symbolicLink:
                try #require(symlink(path, other) == 0)
                return other
            case .hardLink:
                try #require(link(path, other) == 0)
                return other
            case .withoutLockFile:
                try #require(unlink(path + ".lock") == 0)
                return path
            case .throughDirectoryLink:
                try #require(symlink(directory.path, directory.file("link")) == 0)
                return directory.file("link/receiver.db")
            }
        }
    }

    @Test(arguments: Alias.allCases)
    func `a second process is refused and told the first one's id`(alias: Alias) async throws {
        let lock = try DatabaseLock.acquire(path, whenAbsent: .created)
        let name = try alias.make(path, in: directory)
        let resolved = alias == .hardLink ? name : path
        let own = CurrentProcess.id
        await #expect(processExitsWith: .exitCode(69)) {
            [name = name as String, resolved = resolved as String, own = own as Int] in
            do throws(DatabaseLock.Refusal) {
                _ = try DatabaseLock.acquire(name, whenAbsent: .created)
            } catch {
                guard error == .inUse(path: resolved, process: own) else { exit(1) }
                let text = "the database \(resolved) is in use by process \(own)"
                guard error.description == text else { exit(2) }
                exit(69)
            }
        }
        lock.release()
        #expect(try DatabaseLock.acquire(name, whenAbsent: .created).path == resolved)
    }

    @Test func `the lock goes with its holder, and its file is no obstacle`() async throws {
        for _ in 1...2 {
            await #expect(processExitsWith: .exitCode(9)) { [path = path as String] in
                let lock = try DatabaseLock.acquire(path, whenAbsent: .created)
                exit(lock.isInPlace ? 9 : 1)
            }
        }
        let lock = try DatabaseLock.acquire(path, whenAbsent: .created)
        #expect(lock.isInPlace)
        lock.release()
        #expect(!lock.isInPlace)
    }

    @Test func `a directory that is not there is told`() throws {
        let error = #expect(throws: DatabaseLock.Refusal.self) {
            _ = try DatabaseLock.acquire("/nowhere/receiver.db", whenAbsent: .created)
        }
        let text = "cannot lock /nowhere/receiver.db: realpath: No such file or directory (2)"
        #expect(error?.description == text)
    }

    @Test func `what is no file is refused`() throws {
        try FileCreation.makeDirectories(path, mode: 0o700)
        let error = #expect(throws: DatabaseLock.Refusal.self) {
            _ = try DatabaseLock.acquire(path, whenAbsent: .created)
        }
        #expect(error == .failed(path: path, .notRegular))
        let pipe = directory.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(throws: DatabaseLock.Refusal.failed(path: pipe, .notRegular)) {
            _ = try DatabaseLock.acquire(pipe, whenAbsent: .created)
        }
    }

    @Test func `a database that is made is the owner's alone, whatever the umask`() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            umask(0)
            _ = try DatabaseLock.acquire(path, whenAbsent: .created)
            for file in [path, path + ".lock"] {
                var status = stat()
                try #require(stat(file, &status) == 0)
                try #require(status.st_mode & 0o7777 == 0o600, "\(file)")
            }
        }
    }

    // MARK: Absent databases

    @Test(arguments: ["missing", "empty"])
    func `without create, a missing or empty database is refused`(state: String) throws {
        if state == "empty" { try FileCreation.write([], to: path, mode: 0o600) }
        #expect(throws: DatabaseLock.Refusal.missing(path: path)) {
            _ = try DatabaseLock.acquire(path, whenAbsent: .refused)
        }
        #expect(
            DatabaseLock.examine(path, whenAbsent: .refused) == .missing(path: path)
        )
        #expect(FileCreation.exists(path) == (state == "empty"))
        #expect(DatabaseLock.examine(path, whenAbsent: .created) == nil)
    }

    @Test(
        arguments: ["-wal", "-lookup", "-refused"],
        [DatabaseLock.Absence.created, .refused]
    )
    func `nothing is made where side files of a database are`(
        suffix: String,
        absence: DatabaseLock.Absence
    ) throws {
        let file = path + suffix
        try FileCreation.write([1, 2, 3], to: file, mode: 0o644)
        for state in ["missing", "empty"] {
            if state == "empty" { try FileCreation.write([], to: path, mode: 0o600) }
            let expected = DatabaseLock.Refusal.orphaned(path: path, files: [file])
            #expect(throws: expected) { _ = try DatabaseLock.acquire(path, whenAbsent: absence) }
            #expect(DatabaseLock.examine(path, whenAbsent: absence) == expected)
            #expect(expected.description.contains(file))
            #expect(try FileContents(reading: file, bytesMax: 10).bytes == [1, 2, 3])
            #expect(FileCreation.exists(path) == (state == "empty"))
        }
        // Who restores a backup there may.
        _ = try DatabaseLock.acquire(path, whenAbsent: .allowed)
    }

    @Test func `the name of an absent database can be locked`() throws {
        let lock = try DatabaseLock.acquire(path, whenAbsent: .allowed)
        #expect(!FileCreation.exists(path))
        #expect(!lock.isInPlace)
        #expect(lock.descriptorPath == nil)
    }

    @Test func `a link to a database that is not there yet leads to where it is made`() throws {
        let link = directory.file("link.db")
        try #require(symlink("receiver.db", link) == 0)
        let lock = try DatabaseLock.acquire(link, whenAbsent: .created)
        #expect(lock.path == path)
        #expect(FileCreation.exists(path))
        try #require(symlink("loop", directory.file("loop")) == 0)
        #expect(throws: DatabaseLock.Refusal.self) {
            _ = try DatabaseLock.acquire(directory.file("loop"), whenAbsent: .created)
        }
    }

    // MARK: In its place

    /// What can happen to a file that is open.
    enum Move: CaseIterable {
        case removed, moved, replaced, directoryMoved, directoryReplaced, linkTurned
    }

    @Test(arguments: Move.allCases)
    func `it is seen when the path leads elsewhere, and when it is back`(move: Move) throws {
        let (data, away) = (directory.file("data"), directory.file("away"))
        let (inner, link) = (data + "/receiver.db", directory.file("link.db"))
        try FileCreation.makeDirectories(data, mode: 0o700)
        try #require(symlink(inner, link) == 0)
        let lock = try DatabaseLock.acquire(link, whenAbsent: .created)
        #expect(lock.isInPlace)
        switch move {
        case .removed: try #require(Glibc.link(inner, away) == 0 && unlink(inner) == 0)
        case .moved: try #require(rename(inner, away) == 0)
        case .replaced:
            try #require(rename(inner, away) == 0)
            try FileCreation.write([], to: inner, mode: 0o600)
        case .directoryMoved: try #require(rename(data, away) == 0)
        case .directoryReplaced:
            try #require(rename(data, away) == 0)
            try FileCreation.makeDirectories(data, mode: 0o700)
            try FileCreation.write([], to: inner, mode: 0o600)
        case .linkTurned:
            try FileCreation.write([], to: away, mode: 0o600)
            try #require(unlink(link) == 0 && symlink(away, link) == 0)
        }
        #expect(!lock.isInPlace)
        switch move {
        case .removed, .moved, .replaced: try #require(rename(away, inner) == 0)
        case .directoryMoved: try #require(rename(away, data) == 0)
        case .directoryReplaced:
            try #require(unlink(inner) == 0 && rmdir(data) == 0 && rename(away, data) == 0)
        case .linkTurned: try #require(unlink(link) == 0 && symlink(inner, link) == 0)
        }
        #expect(lock.isInPlace)
    }

    @Test func `a removed file can still be read through its descriptor`() throws {
        let lock = try DatabaseLock.acquire(path, whenAbsent: .created)
        try #require(unlink(path) == 0)
        #expect(FileCreation.exists(try #require(lock.descriptorPath)))
        #expect(!lock.isInPlace)
    }

    @Test func `several names are counted`() throws {
        #expect(try DatabaseLock.acquire(path, whenAbsent: .created).linkCount == 1)
        try #require(link(path, directory.file("other.db")) == 0)
        #expect(try DatabaseLock.acquire(path, whenAbsent: .created).linkCount == 2)
    }
}
