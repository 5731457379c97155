import Foundation
import Glibc
import Support
import Testing

/// The order of the system calls of one callback.
@Suite(.onSQLite, .blocking, .enabled(if: Strace.isPossible, "strace may not attach here"))
struct SyncBeforeResponseTests {
    @Test func `the WAL is synced between a callback and its response`() throws {
        let daemon = try Daemon(in: Workspace())
        // The first callback opens what later ones find open.
        #expect(try daemon.post(Callback()).code == "2005600")
        let client = try daemon.connect()
        let strace = try Strace(daemon.process.id, in: daemon.workspace.directory)
        let callback = try Callback()
        try client.send(callback.request().bytes)
        #expect(try client.response().code == "2005600")
        #expect(try daemon.stop() == .exited(0))
        let calls = try strace.calls()

        let received = try #require(calls.firstIndex { $0.hasReceived("POST /v1.0/debit/notify") })
        let sent = try #require(calls.firstIndex { $0.hasSent("HTTP/1.1 200") })
        let written = try #require(
            calls.firstIndex { $0.name == "pwrite64" && $0.text.contains("receiver.db-wal>") }
        )
        let synced = try #require(
            calls.firstIndex { $0.name == "fdatasync" && $0.text.contains("receiver.db-wal>") }
        )
        #expect(received < written)
        #expect(written < synced)
        #expect(synced < sent)
        #expect(calls[synced].result == 0)
    }
}

/// The system calls of a running process.
final class Strace {
    /// A system call that has returned.
    struct Call {
        let name: Substring
        /// The arguments, with the paths of descriptors.
        let text: String
        let result: Int?

        func hasReceived(_ start: String) -> Bool {
            name == "recvfrom" && text.contains("\"" + start)
        }

        func hasSent(_ start: String) -> Bool { name == "sendto" && text.contains("\"" + start) }
    }

    /// Whether processes can be traced here.
    static let isPossible: Bool = {
        let arguments = ["strace", "-o", "/dev/null", "true"]
        return (try? ChildProcess.run("/usr/bin/env", arguments))?.end == .exited(0)
    }()

    private let process: ChildProcess
    private let file: String

    /// Attaches to all threads of a process.
    init(_ id: pid_t, in directory: String) throws {
        file = directory + "/strace"
        process = try ChildProcess(
            "/usr/bin/env",
            [
                "strace", "-f", "-y", "-s", "64", "-o", file, "-p", "\(id)", "-e",
                "trace=recvfrom,sendto,pwrite64,fdatasync,fsync",
            ]
        )
        let attached = process.errors.first { $0.contains("attached") }
        try #require(attached != nil)
    }

    /// The calls in the order in which they returned; the traced process must have been ended.
    func calls() throws -> [Call] {
        try process.wait()
        var unfinished: [Substring: String] = [:]
        var calls: [Call] = []
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            var text = String(parts[1]).trimmingCharacters(in: .whitespaces)
            if text.hasSuffix("<unfinished ...>") {
                unfinished[parts[0]] = text
                continue
            }
            if text.hasPrefix("<..."), let start = unfinished.removeValue(forKey: parts[0]) {
                text = start + text
            }
            let result = text.components(separatedBy: " = ").last.flatMap { end in
                Int(end.prefix { $0.isNumber || $0 == "-" })
            }
            calls.append(Call(name: text.prefix { $0 != "(" }, text: text, result: result))
        }
        return calls
    }
}
