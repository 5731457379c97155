import Foundation
import Glibc

/// A file system of a test's own that can be frozen: what writes to it hangs until it is thawed.
///
/// ext4 on a loop device, which root may mount. A process that hangs in it cannot be killed, so it
/// is thawed after some time in any case.
final class FrozenDisk: Sendable {
    /// Ends with a slash.
    let directory: String
    private let image: String

    /// Longer than any test has it frozen.
    private static let secondsMax = 20

    /// Whether such a file system can be made here.
    static let isPossible: Bool = {
        guard geteuid() == 0, let disk = try? FrozenDisk() else { return false }
        do {
            try disk.freeze()
            try disk.thaw()
            return true
        } catch {
            return false
        }
    }()

    init() throws {
        let base = FileManager.default.temporaryDirectory.path + "/\(Unique.text("frozen"))"
        (image, directory) = (base + ".image", base + "/")
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
        guard FileManager.default.createFile(atPath: image, contents: nil),
            truncate(image, 32 << 20) == 0
        else { throw CocoaError(.fileWriteUnknown) }
        try Self.run("mkfs.ext4", "-q", "-F", image)
        try Self.run("mount", "-o", "loop", image, directory)
    }

    deinit {
        try? thaw()
        // Lazily: a process that was killed may not have let go of its files yet.
        try? Self.run("umount", "-l", directory)
        _ = rmdir(directory)
        _ = unlink(image)
    }

    /// Has every write hang from now on.
    func freeze() throws {
        let late = "sleep \(Self.secondsMax); fsfreeze -u \(directory)"
        try Self.run("sh", "-c", "(\(late)) </dev/null >/dev/null 2>&1 &")
        try Self.run("fsfreeze", "-f", directory)
    }

    /// Lets the writes go on.
    func thaw() throws { try Self.run("fsfreeze", "-u", directory) }

    private static func run(_ arguments: String...) throws {
        let result = try ChildProcess.run("/usr/bin/env", arguments)
        guard result.end == .exited(0) else { throw CocoaError(.featureUnsupported) }
    }
}
