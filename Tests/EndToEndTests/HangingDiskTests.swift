import Foundation
import Glibc
import Support
import Testing

/// A disk that neither takes a write nor refuses it.
@Suite(
    .onSQLite,
    .blocking,
    .serialized,
    .enabled(if: FrozenDisk.isPossible, "only root can freeze a file system")
)
struct HangingDiskTests {
    private let disk: FrozenDisk
    private let manager: ServiceManager
    private let daemon: Daemon

    init() throws {
        disk = try FrozenDisk()
        manager = try ServiceManager()
        daemon = try Daemon(
            in: Workspace(),
            set: [
                "storage.database=\(disk.directory)receiver.db", "storage.minimumFreeBytes=0",
            ],
            environment: manager.environment(watchdogSeconds: 0.2)
        )
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(manager.next { $0 == "WATCHDOG=1" } != nil)
    }

    /// Freezes the disk and sends a callback, whose commit hangs.
    private func hang() throws -> (RawClient, Callback) {
        try disk.freeze()
        let callback = try Callback()
        let client = try daemon.connect()
        try client.send(callback.request().bytes)
        return (client, callback)
    }

    @Test func `the watchdog is missed while the writer hangs in a commit`() throws {
        let (client, callback) = try hang()
        // What was under way when the disk froze may still be told.
        let deadline = Date(timeIntervalSinceNow: 1)
        while Date() < deadline { usleep(20_000) }
        manager.forget()
        // Ten times what is asked for; loops and listeners answer all the while.
        for _ in 0..<10 {
            #expect(try daemon.get("/healthz", as: nil).status == 200)
            usleep(200_000)
        }
        #expect(manager.messages.isEmpty)
        try disk.thaw()
        #expect(manager.next { $0 == "WATCHDOG=1" } != nil)
        #expect(try client.response().code == "2005600")
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().count == 2)
        #expect(try daemon.stop() == .exited(0))
    }

    @Test func `a second signal ends it while the disk hangs`() throws {
        let (client, callback) = try hang()
        daemon.process.signal(SIGTERM)
        // The servers drain side by side, so either listener may be closed first.
        while (try? daemon.connect()) != nil {}
        while (try? RawClient(daemon.internalEndpoint)) != nil {}
        daemon.process.signal(SIGTERM)
        #expect(daemon.logs { $0.contains("stopped at once by a second signal") })
        // The kernel keeps the process while its thread hangs, but the callback is not answered.
        try disk.thaw()
        #expect(try daemon.process.wait() == .exited(69))
        #expect((try? client.response()) == nil)
        let again = try Daemon(
            in: daemon.workspace,
            set: ["storage.database=\(disk.directory)receiver.db"]
        )
        #expect(try again.post(callback).code == "2005600")
        #expect(try again.feed().count == 2)
        #expect(try again.stop() == .exited(0))
    }
}
