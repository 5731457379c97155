import Glibc
import Sockets
import Testing

@testable import Receiver

struct InstanceLockTests {
    @Test func `a second process is refused and told the first one's id`() async throws {
        let directory = try TemporaryDirectory()
        let database = "\(directory.path)/receiver.db"
        let lock = try InstanceLock(database: database)
        let own = CurrentProcess.id
        await #expect(processExitsWith: .exitCode(69)) {
            [database = database as String, own = own as Int] in
            do throws(InstanceLock.Refusal) {
                _ = try InstanceLock(database: database)
            } catch {
                let lockFile = database + ".lock"
                guard error == .inUse(lockFile: lockFile, process: own) else { exit(1) }
                let text = "the database is in use by process \(own) (\(lockFile))"
                guard error.description == text else { exit(2) }
                exit(69)
            }
        }
        _ = consume lock
    }

    @Test func `the lock goes with its holder, and its file is no obstacle`() async throws {
        let directory = try TemporaryDirectory()
        let database = "\(directory.path)/receiver.db"
        try directory.write("receiver.db.lock", "12345\n")
        await #expect(processExitsWith: .exitCode(9)) { [database = database as String] in
            let lock = try InstanceLock(database: database)
            _ = consume lock
            exit(9)
        }
        let lock = try InstanceLock(database: database)
        _ = consume lock
        await #expect(processExitsWith: .exitCode(9)) { [database = database as String] in
            let lock = try InstanceLock(database: database)
            _ = consume lock
            exit(9)
        }
    }

    @Test func `a lock file that cannot be made is told`() throws {
        let error = #expect(throws: InstanceLock.Refusal.self) {
            _ = try InstanceLock(database: "/nowhere/receiver.db")
        }
        #expect(
            error?.description
                == "cannot lock /nowhere/receiver.db.lock: open: No such file or directory (2)"
        )
    }
}
