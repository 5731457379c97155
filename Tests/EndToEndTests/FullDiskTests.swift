import Foundation
import Support
import Testing

/// A disk that fills up, a real one of 24 MiB: callbacks go on to the last byte (contract section
/// 3, last paragraph).
@Suite(
    .onSQLite,
    .blocking,
    .enabled(if: SmallDisk.isPossible, "only root can mount a file system")
)
struct FullDiskTests {
    private static let megabyte = 1 << 20

    private static func settings(_ disk: SmallDisk) -> [String] {
        [
            "storage.database=\(disk.directory)receiver.db",
            "storage.minimumFreeBytes=\(8 * megabyte)",
        ]
    }

    /// Waits for a line of the log.
    private func wait(_ daemon: Daemon, for message: String, from start: Int = 0) {
        let line = daemon.process.errors.first(from: start) {
            $0.contains("message=\"\(message)\"")
        }
        #expect(line != nil, "\(message)")
    }

    private func metric(_ daemon: Daemon, _ name: String) throws -> Int? {
        let lines = try daemon.get("/metrics").text.split(separator: "\n")
        return lines.first { $0.hasPrefix("cashin_\(name) ") }
            .flatMap { Int($0.split(separator: " ")[1]) }
    }

    @Test func `below the minimum nothing is generated, and callbacks go on`() throws {
        let disk = try SmallDisk(bytes: 24 * Self.megabyte)
        let pair = try Pair(set: Self.settings(disk))
        let daemon = pair.daemon
        #expect(try daemon.generate("TRX-1").status == 201)
        #expect(try metric(daemon, "disk_low") == 0)
        #expect(disk.exists("receiver.db-reserve"))

        try disk.fill(leaving: 4 * Self.megabyte)
        wait(daemon, for: "the disk is low")
        check(try daemon.generate("TRX-2"), 503, "disk-low")
        #expect(pair.gateway.requestCount("generate") == 1)
        #expect(try metric(daemon, "disk_low") == 1)
        #expect((try metric(daemon, "disk_free_bytes") ?? .max) <= 4 * Self.megabyte)
        let forged = try Callback(key: TestKeys.shared().other)
        #expect(try daemon.post(forged).code == "4015600")
        #expect(try daemon.callbacks("outcome=refused").isEmpty, "not kept")
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.get("/readyz", as: nil).status == 200)
        let entry = try #require(try Self.entry(daemon))
        #expect(entry["detail"].text?.contains("8388608") == true)

        disk.empty()
        wait(daemon, for: "the disk has enough free space again")
        #expect(try daemon.generate("TRX-2").status == 201)
        #expect(try daemon.post(forged).code == "4015600")
        #expect(try daemon.callbacks("outcome=refused").count == 1)
        while try Self.entry(daemon) != nil {}
        #expect(try metric(daemon, "disk_low") == 0)
    }

    @Test func `while its volume is unmounted nothing is acknowledged or made in its place`() throws
    {
        let disk = try SmallDisk(bytes: 24 * Self.megabyte)
        let daemon = try Daemon(in: Workspace(), set: Self.settings(disk))
        #expect(try daemon.post(Callback("TRX-1")).code == "2005600")
        let callback = try Callback("TRX-2")
        try disk.unmounted {
            // The file system below has more room than the volume.
            while try metric(daemon, "disk_free_bytes") ?? 0 <= 24 * Self.megabyte {}
            #expect(try daemon.post(callback).code == "5005601")
            #expect(try daemon.get("/readyz", as: nil).status == 503)
            let names = try FileManager.default.contentsOfDirectory(atPath: disk.directory)
            #expect(names == [], "made on the file system below")
        }
        while try daemon.post(callback).code != "2005600" {}
        #expect(try daemon.get("/readyz", as: nil).status == 200)
        #expect(try daemon.get("/v1/transactions/TRX-2").status == 200)
        #expect(disk.exists("receiver.db-reserve"))
    }

    /// The open entry about the disk, waited for.
    private static func entry(_ daemon: Daemon) throws -> JSON? {
        try daemon.get("/v1/attention?state=open&kind=disk-low").json["attention"].items.first
    }

    @Test func `on a full disk the reserve takes callbacks, and what was acknowledged is there`()
        throws
    {
        let disk = try SmallDisk(bytes: 24 * Self.megabyte)
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace, set: Self.settings(disk))
        var stored = [try Callback()]
        #expect(try daemon.post(stored[0]).code == "2005600")
        #expect(disk.exists("receiver.db-reserve"))

        try disk.fill(leaving: 0)
        // None is refused while the reserve lasts: a megabyte, of which a commit of such a body
        // takes about twice its bytes.
        var bytes = 0
        while stored.count < 2_000 {
            var callback = try Callback()
            callback.literalBody = Self.padded(callback, to: 20_000)
            let response = try daemon.post(callback)
            guard response.code == "2005600" else {
                #expect(response.code == "5005601")
                break
            }
            bytes += 20_000
            stored.append(callback)
        }
        #expect(bytes >= Self.megabyte / 4)
        #expect(stored.count < 2_000, "the disk filled up")
        #expect(!disk.exists("receiver.db-reserve"))
        #expect(try daemon.get("/readyz", as: nil).status == 503)
        #expect(try daemon.get("/healthz", as: nil).status == 200)
        #expect(try daemon.feed().map { $0["partnerReferenceNo"].text } == stored.map(\.merchant))
        try daemon.kill()

        // Started again on the full disk: alive, not ready, and it goes on by itself.
        let count = try Self.startedFull(workspace, disk) { process, notify, inner in
            #expect(try RawClient(inner).exchange(Self.get("/healthz")).status == 200)
            let ready = try RawClient(inner).exchange(Self.get("/readyz"))
            #expect(ready.status == 503)
            #expect(ready.json["checks"][0]["name"].text == "database")
            let callback = try Callback()
            let refused = try RawClient(notify).exchange(callback.request().bytes)
            #expect(refused.status == 500 && refused.code == "5005601")
            disk.empty()
            let line = process.errors.first { $0.contains("no longer waiting for the database") }
            #expect(line != nil)
        }
        #expect(count == stored.count)
        #expect(disk.exists("receiver.db-reserve"), "made again")
    }

    @Test func `one that waits for room can be stopped`() throws {
        let disk = try SmallDisk(bytes: 24 * Self.megabyte)
        let workspace = try Workspace()
        try disk.fill(leaving: 0)
        let process = try Daemon.launch(in: workspace, set: Self.settings(disk))
        #expect(process.errors.first { $0.contains("no room on the disk") } != nil)
        process.signal(SIGTERM)
        #expect(try process.wait() == .exited(0))
    }

    private static func padded(_ callback: Callback, to count: Int) -> [UInt8] {
        let text = String(decoding: callback.body.bytes, as: UTF8.self)
        let padding = String(repeating: "x", count: count - text.utf8.count)
        return Array(
            text.replacing("{", with: "{\"padding\":\"\(padding)\",", maxReplacements: 1).utf8
        )
    }

    private static func get(_ target: String) -> [UInt8] {
        WireRequest(method: "GET", target: target).bytes
    }

    /// Starts the daemon on the full disk, lets `body` see it wait and make room, and returns how
    /// much the feed holds then.
    private static func startedFull(
        _ workspace: Workspace,
        _ disk: SmallDisk,
        _ body: (ChildProcess, _ notify: Endpoint, _ inner: Endpoint) throws -> Void
    ) throws -> Int {
        // What the kernel takes away at a reboot; to open the database needs it again.
        disk.remove("receiver.db-shm")
        try disk.fill(leaving: 0)
        let ports = [try FreePort.next(), try FreePort.next()]
        let process = try Daemon.launch(
            in: workspace,
            set: settings(disk) + [
                "notify.listen=127.0.0.1:\(ports[0])", "internal.listen=127.0.0.1:\(ports[1])",
            ]
        )
        let waits = process.errors.first { $0.contains("message=\"no room on the disk") }
        #expect(waits != nil, "\(process.errors.all)")
        let listening = process.errors.first {
            $0.contains("message=\"listening, not ready\"") && $0.contains("\(ports[0])")
        }
        #expect(listening != nil)
        try body(process, .loopback(port: ports[0]), .loopback(port: ports[1]))
        let isNotify = { (line: String) in
            line.value(of: "message") == "listening" && line.value(of: "listener") == "notify"
        }
        #expect(process.errors.first(where: isNotify) != nil)
        var request = WireRequest(method: "GET", target: "/v1/transitions?after=latest")
        request.add("Authorization", "Bearer \(workspace.tokens["ops"] ?? "")")
        return try RawClient(.loopback(port: ports[1])).exchange(request.bytes).json["head"]
            .integer ?? 0
    }
}
