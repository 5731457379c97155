import Support
import System
import Testing

@Suite struct LockedFileTests {
    @Test func `the kernel's list names the holder of a lock`() throws {
        let directory = try TemporaryDirectory()
        try FileCreation.write([], to: directory.file("a"), mode: 0o600)
        let identity = try #require(FileIdentity(at: directory.file("a")))
        let (device, inode) = (identity.deviceText, identity.inode)
        let rows: [(list: String, holder: Int?, reason: String)] = [
            ("", nil, "no list"),
            ("1: FLOCK  ADVISORY  WRITE 4321 \(device):\(inode) 0 EOF\n", 4321, "it"),
            ("1: POSIX  ADVISORY  WRITE 4321 \(device):\(inode) 0 EOF", nil, "another lock"),
            ("1: FLOCK  ADVISORY  WRITE 4321 \(device):1\(inode) 0 EOF", nil, "another inode"),
            ("1: FLOCK  ADVISORY  WRITE 0 \(device):\(inode) 0 EOF", nil, "another namespace"),
            ("1: FLOCK  ADVISORY  WRITE 4321 ff:77:\(inode) 0 EOF", 4321, "a layered device"),
            (
                "1: FLOCK  ADVISORY  WRITE 1 ff:77:\(inode) 0 EOF\n"
                    + "2: FLOCK  ADVISORY  WRITE 2 ff:78:\(inode) 0 EOF", nil, "one of two"
            ),
            ("1: -> FLOCK\nx", nil, "no such lines"),
        ]
        for row in rows {
            #expect(LockedFile.holder(of: identity, in: row.list) == row.holder, "\(row.reason)")
        }
    }

    @Test func `the device is written as the kernel writes it`() throws {
        for (path, text) in [("/dev/null", "")] where text.isEmpty {
            let identity = try #require(FileIdentity(at: path))
            #expect(identity.deviceText.split(separator: ":").allSatisfy { $0.count >= 2 })
        }
        #expect(FileIdentity(at: "/nowhere") == nil)
    }

    @Test func `a lock that is held is not waited for`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("a")
        guard case .missing = try LockedFile.acquire(path, isCreated: false) else {
            Issue.record("something is there")
            return
        }
        guard case .locked(let first) = try LockedFile.acquire(path, isCreated: true) else {
            Issue.record("not locked")
            return
        }
        guard case .lockedElsewhere(let process) = try LockedFile.acquire(path, isCreated: false)
        else {
            Issue.record("locked twice")
            return
        }
        #expect(process == CurrentProcess.id)
        #expect(try first.byteCount() == 0)
    }
}
