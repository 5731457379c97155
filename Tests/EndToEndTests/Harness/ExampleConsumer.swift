import Foundation
import Glibc
import Support

/// A consumer of `deploy/examples`, with the store that it keeps in a workspace.
struct ExampleConsumer: Sendable, CustomStringConvertible {
    /// One for each language, and the cron job.
    enum Kind: String, CaseIterable, Sendable {
        case python = "python3"
        case php
        case node
        case cron = "jq"

        /// Whether the interpreter, or what the script needs, is installed.
        var isAvailable: Bool {
            let probe = self == .php ? "php -m | grep -q pdo_sqlite" : "command -v \(rawValue)"
            let result = try? ChildProcess.run("/bin/sh", ["-c", "\(probe) >/dev/null"])
            return result?.end == .exited(0)
        }
    }

    /// Those that can run here.
    static let available = Kind.allCases.filter(\.isAvailable)

    /// The directory of the examples.
    static let directory =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        + "/deploy/examples/"

    let kind: Kind
    let workspace: Workspace
    let port: UInt16

    var description: String { kind.rawValue }

    private var store: String { workspace.directory + "work" }
    private var tokenFile: String { workspace.directory + "orders.token" }
    private var url: String { "http://127.0.0.1:\(port)" }

    /// The command line of one run.
    private var command: [String] {
        get throws {
            let script = Self.directory + "consumer."
            switch kind {
            case .python:
                return [
                    "python3", script + "py", "--url", url, "--token-file", tokenFile,
                    "--database", store,
                ]
            case .php:
                return [
                    "php", script + "php", "--url=\(url)", "--token-file=\(tokenFile)",
                    "--database=\(store)",
                ]
            case .node:
                return [
                    "node", script + "mjs", "--url", url, "--token-file", tokenFile, "--store",
                    store,
                ]
            case .cron:
                let lines = ["url=\(url)", "token_file=\(tokenFile)", "directory=\(store)"]
                try workspace.write(lines.joined(separator: "\n") + "\n", to: "cron.conf")
                return [Self.directory + "feed-cron", workspace.directory + "cron.conf"]
            }
        }
    }

    /// Runs that end at once, each killed at random; a cron job once a minute would take too long.
    private static let loop = """
        while :; do
            if ((RANDOM % 2)); then timeout -s KILL 0.$((RANDOM % 30 + 10)) "$@"; else "$@"; fi
        done
        """

    /// Starts to follow the feed.
    func start() throws -> ChildProcess {
        let command = try command
        return try start(kind == .cron ? ["bash", "-c", Self.loop, "cron"] + command : command)
    }

    private func start(_ command: [String]) throws -> ChildProcess {
        try ChildProcess("/usr/bin/env", command, unblocksSignals: true)
    }

    /// Starts to follow the feed, and is killed when it begins to make something durable for the
    /// `number`th time.
    func start(killedAtSync number: Int) throws -> ChildProcess {
        let calls = "fsync,fdatasync,unlink"
        let options = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)"]
        let injection = ["-e", "inject=\(calls):signal=SIGKILL:when=\(number)"]
        return try start(["strace"] + options + injection + command)
    }

    /// Runs it until it stops at a problem.
    func run() throws -> (end: ChildProcess.End, output: [String], errors: [String]) {
        try ChildProcess.run("/usr/bin/env", command)
    }

    /// Runs it until so many transitions are worked, and returns their numbers.
    ///
    /// - Parameter number: the sequence number of the present feed behind which it begins, as an
    ///   operator gives it; nil to continue.
    func advance(toCount count: Int, after number: Int? = nil) throws -> [Int] {
        if kind == .cron {
            if let number { try workspace.write("\(number)\n", to: "work/.offset") }
            _ = try run()
            return try work()
        }
        let option =
            number.map { kind == .php ? ["--after=\($0)"] : ["--after", "\($0)"] } ?? []
        let process = try start(command + option)
        let done = try work(untilCount: count)
        process.signal(SIGKILL)
        try process.wait()
        return done
    }

    /// Removes the store, as if it had never run.
    func reset() throws { try FileManager.default.removeItem(atPath: store) }

    /// The sequence numbers of the work that is done, in its order.
    func work() throws -> [Int] {
        let files = FileManager.default
        guard files.fileExists(atPath: store) else { return [] }
        if kind == .cron {
            return try files.contentsOfDirectory(atPath: store).sorted().compactMap {
                Int($0.prefix { $0 != "." })
            }
        }
        let bytes = files.contents(atPath: store) ?? Data()
        if bytes.starts(with: Data("SQLite format 3".utf8)) { return try rows() }
        // The file store of Node: a line for each transaction.
        return bytes.split(separator: 0x0A).flatMap { line in
            JSON(Array(line))["entries"].items.compactMap { $0["id"].text.flatMap(Self.sequence) }
        }
    }

    private func rows() throws -> [Int] {
        let sql = "SELECT id FROM work ORDER BY rowid"
        let options = ["-cmd", ".timeout 10000", store, sql]
        let result = try ChildProcess.run("/usr/bin/env", ["sqlite3"] + options)
        return result.output.compactMap(Self.sequence)
    }

    /// The sequence number in an id, `FEED.SEQUENCE`.
    private static func sequence(_ id: String) -> Int? {
        id.split(separator: ".").last.flatMap { Int($0) }
    }

    /// Waits until so many transitions are worked, and returns their numbers; fewer if it takes too
    /// long.
    func work(untilCount count: Int) throws -> [Int] {
        let deadline = Date(timeIntervalSinceNow: 2 * Patience.seconds)
        var done = try work()
        while done.count < count, Date() < deadline {
            // The store is a file: nothing tells when it changes.
            usleep(20_000)
            done = try work()
        }
        return done
    }
}
