import Foundation
import Glibc

/// A file system of a test's own, so small that it can be filled: tmpfs, which root may mount.
final class SmallDisk: Sendable {
    /// Ends with a slash.
    let directory: String
    private let bytes: Int

    /// Whether file systems can be mounted here.
    static let isPossible: Bool = {
        guard geteuid() == 0, (try? SmallDisk(bytes: 1 << 20)) != nil else { return false }
        return true
    }()

    init(bytes: Int) throws {
        (directory, self.bytes) =
            (FileManager.default.temporaryDirectory.path + "/\(Unique.text("disk"))/", bytes)
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
        try Self.run("mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", directory)
    }

    deinit {
        // Lazily: a process that was killed may not have let go of its files yet.
        try? Self.run("umount", "-l", directory)
        _ = rmdir(directory)
    }

    /// Unmounts the file system while it is in use, runs `body`, and mounts it again.
    ///
    /// Another mount holds it meanwhile: tmpfs is gone with its last one.
    func unmounted(_ body: () throws -> Void) throws {
        let held = directory.dropLast() + "-held"
        try FileManager.default.createDirectory(
            atPath: String(held),
            withIntermediateDirectories: true
        )
        defer { _ = rmdir(String(held)) }
        try Self.run("mount", "--bind", directory, String(held))
        try Self.run("umount", "-l", directory)
        try body()
        try Self.run("mount", "--bind", String(held), directory)
        try Self.run("umount", "-l", String(held))
    }

    private static func run(_ arguments: String...) throws {
        let result = try ChildProcess.run("/usr/bin/env", arguments)
        guard result.end == .exited(0) else { throw CocoaError(.featureUnsupported) }
    }

    /// How many bytes are free.
    var freeBytes: Int {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return 0 }
        return Int(status.f_bavail * status.f_frsize)
    }

    /// Takes up all but `bytes` of what is free.
    func fill(leaving bytes: Int) throws {
        let raw = open(directory + "filler", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard raw >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(raw) }
        let end = lseek(raw, 0, SEEK_END)
        let count = freeBytes - bytes
        if count <= 0 { return }
        guard posix_fallocate(raw, end, off_t(count)) == 0 else {
            throw CocoaError(.fileWriteOutOfSpace)
        }
    }

    /// Makes the disk as small as what is on it, so that nothing more can be written. A file that
    /// fills it would be in memory.
    func setFull() throws {
        // The kernel refuses a size that has been exceeded meanwhile.
        for _ in 0..<100 where (try? setSize(usedBytes)) != nil { return }
        try setSize(usedBytes)
    }

    /// Gives the disk its first size again.
    func setRoomy() throws { try setSize(bytes) }

    private func setSize(_ bytes: Int) throws {
        try Self.run("mount", "-o", "remount,size=\(bytes)", directory)
    }

    private var usedBytes: Int {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return 0 }
        return Int((status.f_blocks - status.f_bfree) * UInt(status.f_frsize))
    }

    /// Makes room again.
    func empty() { _ = unlink(directory + "filler") }

    /// Removes a file.
    func remove(_ name: String) { _ = unlink(directory + name) }

    /// Whether a file is there.
    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: directory + name)
    }
}
