import Foundation
import Glibc
import Support
import Testing

/// `receiver.db-reserve` when something is wrong with it.
@Suite(
    .onSQLite,
    .blocking,
    .enabled(if: SmallDisk.isPossible, "only root can mount a file system")
)
struct DiskReserveTests {
    private static let megabyte = 1 << 20
    private let disk: SmallDisk
    private let workspace: Workspace
    private var path: String { disk.directory + "receiver.db-reserve" }

    init() throws {
        disk = try SmallDisk(bytes: 24 * Self.megabyte)
        workspace = try Workspace()
        #expect(try daemon().stop() == .exited(0))
    }

    private func daemon(minimum: Int = 8) throws -> Daemon {
        try Daemon(
            in: workspace,
            set: [
                "storage.database=\(disk.directory)receiver.db",
                "storage.minimumFreeBytes=\(minimum * Self.megabyte)",
            ]
        )
    }

    /// The size of the reserve, and what it takes up.
    private var bytes: (size: Int, used: Int)? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return (Int(status.st_size), Int(status.st_blocks) * 512)
    }

    /// What the daemon saw last.
    private func freeBytes(_ daemon: Daemon) throws -> Int {
        let lines = try daemon.get("/metrics").text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("cashin_disk_free_bytes ") }
        return line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    }

    private func wait(until isReached: () -> Bool) {
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while !isReached(), Date() < deadline { usleep(20_000) }
    }

    enum Damage: String, CaseIterable, Codable {
        case empty, short, foreign, sparse, large, directory, link

        func make(_ path: String) {
            unlink(path)
            switch self {
            case .directory: mkdir(path, 0o700)
            case .link: symlink("/nowhere/file", path)
            default:
                let size: Int =
                    switch self {
                    case .empty: 0
                    case .short: 2
                    case .sparse: 1 << 20
                    case .large: 3 << 20
                    default: 100
                    }
                let raw = open(path, O_CREAT | O_RDWR, 0o600)
                if self == .foreign { _ = write(raw, "foreign", 7) }
                ftruncate(raw, off_t(size))
                close(raw)
            }
        }
    }

    @Test(arguments: Damage.allCases)
    func `a damaged reserve is made again, with a warning`(damage: Damage) throws {
        damage.make(path)
        let daemon = try daemon()
        wait { (bytes?.used ?? 0) >= Self.megabyte && bytes?.size == Self.megabyte }
        #expect(bytes?.size == Self.megabyte)
        #expect((bytes?.used ?? 0) >= Self.megabyte)
        let warned = daemon.logs { $0.contains("level=warning") && $0.contains("file=\(path)") }
        #expect(warned, "\(daemon.log)")
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.stop() == .exited(0))
        #expect(daemon.log.filter { $0.contains("file=\(path)") }.count == 1, "\(daemon.log)")
    }

    @Test func `the reserve follows the minimum`() throws {
        let larger = try daemon(minimum: 16)
        wait { bytes?.size == 2 * Self.megabyte }
        #expect(bytes?.size == 2 * Self.megabyte)
        #expect(try larger.stop() == .exited(0))
        let smaller = try daemon(minimum: 4)
        wait { bytes?.size == Self.megabyte / 2 }
        #expect(bytes?.size == Self.megabyte / 2)
        #expect(try smaller.stop() == .exited(0))
        let none = try daemon(minimum: 0)
        wait { bytes == nil }
        #expect(bytes == nil)
        #expect(try none.stop() == .exited(0))
    }

    @Test func `a reserve that cannot be made is told once`() throws {
        // A directory that is not empty, under each name that it could be moved to.
        Damage.directory.make(path)
        for name in ["", ".damaged"] + (2...9).map({ ".damaged-\($0)" }) {
            mkdir(path + name, 0o700)
            mkdir(path + name + "/content", 0o700)
        }
        let daemon = try daemon()
        let isTold = { (line: String) in line.contains("disk reserve cannot be created") }
        #expect(daemon.logs(isTold))
        // It looks at the disk again and again.
        let free = disk.freeBytes
        try disk.fill(leaving: free / 2)
        while try freeBytes(daemon) > free / 2 {}
        disk.empty()
        while try freeBytes(daemon) <= free / 2 {}
        #expect(daemon.log.filter(isTold).count == 1)
        #expect(try daemon.post(Callback()).code == "2005600")
    }
}
