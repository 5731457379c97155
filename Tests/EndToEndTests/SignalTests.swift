import Foundation
import Glibc
import Support
import Testing

/// Signals that come early, twice, or while something holds up the work.
@Suite(.blocking)
struct SignalTests {
    /// A daemon that waits for its configuration to be written to a pipe, and the pipe.
    private static func waiting(in workspace: Workspace) throws -> (ChildProcess, FileHandle) {
        let path = workspace.directory + "pipe.json5"
        #expect(mkfifo(path, 0o600) == 0)
        let process = try ChildProcess(Daemon.program, ["serve", "--config", path])
        // Returns when the daemon has opened it, too: from then on it is in its own code.
        let pipe = try #require(FileHandle(forWritingAtPath: path))
        // What is read after a reload is a file again.
        try FileManager.default.removeItem(atPath: path)
        try workspace.write(Workspace.configuration, to: "pipe.json5")
        return (process, pipe)
    }

    @Test func `a reload that is asked for before it can be done is done later`() throws {
        let workspace = try Workspace()
        let (process, pipe) = try Self.waiting(in: workspace)
        process.signal(SIGHUP)
        try pipe.write(contentsOf: Data(Workspace.configuration.utf8))
        try pipe.close()
        #expect(process.errors.first { $0.contains("message=reloaded") } != nil)
        process.signal(SIGTERM)
        #expect(try process.wait() == .exited(0))
        withExtendedLifetime(workspace) {}
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a stop that is asked for during the start is an ordered one`(signal: CInt) throws {
        let workspace = try Workspace()
        let (process, pipe) = try Self.waiting(in: workspace)
        process.signal(signal)
        try pipe.write(contentsOf: Data(Workspace.configuration.utf8))
        try pipe.close()
        #expect(try process.wait() == .exited(0))
        #expect(process.errors.all.contains { $0.contains("message=stopped") })
        withExtendedLifetime(workspace) {}
    }

    @Test func `calls with replaced settings do not hold up the stop`() throws {
        let pair = try Pair(
            set: ["cashIn.requestTimeoutSeconds=300"],
            options: ["--retry-seconds", "none", "--fault", "generate-delay=99000"]
        )
        let client = try pair.daemon.opened(
            "/admin/qr/generate",
            "{\"partnerReferenceNo\":\"TRX-1\",\"amount\":\"10000.00\"}"
        )
        // Its intent is on disk, so the call is about to be made or under way.
        while try pair.daemon.get("/v1/transactions/TRX-1").status != 200 {}
        #expect(try pair.daemon.reload()?.contains("message=reloaded") == true)
        #expect(try pair.daemon.stop() == .exited(0))
        withExtendedLifetime(client) {}
    }
}

extension Daemon {
    /// Sends a body to the internal API and leaves its answer to be read.
    fileprivate func opened(_ target: String, _ body: String) throws -> RawClient {
        var request = internalRequest("POST", target)
        request.body = Array(body.utf8)
        let client = try RawClient(internalEndpoint)
        try client.send(request.bytes)
        return client
    }
}
