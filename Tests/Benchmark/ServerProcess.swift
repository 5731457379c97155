import Glibc
import Support

/// A running receiver with a database of its own.
final class ServerProcess {
    /// What it has used so far, or in between two calls of ``usage()``.
    struct Usage {
        /// Microseconds of CPU, of all threads, in the program and in the kernel.
        var microseconds: Double
        var voluntarySwitches: Double

        /// Bytes that it caused to be written to the disk.
        var writtenBytes: Double

        /// The most that was resident so far.
        var peakMebibytes: Double

        static func - (after: Usage, before: Usage) -> Usage {
            Usage(
                microseconds: after.microseconds - before.microseconds,
                voluntarySwitches: after.voluntarySwitches - before.voluntarySwitches,
                writtenBytes: after.writtenBytes - before.writtenBytes,
                peakMebibytes: after.peakMebibytes
            )
        }
    }

    /// A library to preload that makes each sync of a file take longer.
    struct SlowSync {
        let library: String
        let milliseconds: Int
    }

    let port: UInt16

    /// The port of the internal listener.
    let internalPort: UInt16
    let directory: String
    private let program: String
    private let overrides: [String]
    private let slowSync: SlowSync?
    private let launcher: [String]
    private(set) var id: pid_t = 0

    /// Starts the receiver in a new directory and waits until it serves.
    init(
        program: String,
        directory: String,
        publicKeyPEM: String,
        logLevel: String,
        slowSync: SlowSync?,
        settings more: [String] = [],
        under launcher: [String] = []
    ) throws {
        port = try freePort()
        internalPort = try freePort()
        self.directory = directory
        let prepare = try spawn([program, "init", "--dir", directory]) {
            $0.redirectOutput(to: "/dev/null")
        }
        _ = waitForEnd(of: prepare)
        try write(publicKeyPEM, to: "\(directory)/cashin-public.pem")
        let settings =
            [
                "notify.listen=127.0.0.1:\(port)", "internal.listen=127.0.0.1:\(internalPort)",
                "notify.publicURL=https://bench.example.id/v1.0/debit/notify",
                "notify.confirmWithQuery=never", "notify.timestampToleranceSeconds=0",
                "cashIn.clientId=\(Requests.partnerID)", "cashIn.merchantId=null",
                "cashIn.privateKeyFile=null", "log.level=\(logLevel)",
            ] + more
        self.program = program
        overrides = settings.flatMap { ["--set", $0] }
        self.slowSync = slowSync
        self.launcher = launcher
        try start()
    }

    /// Starts it and waits until it serves; returns how long that took, in milliseconds.
    @discardableResult
    func start() throws -> Double {
        let started = nanoseconds(CLOCK_MONOTONIC)
        let command =
            launcher + [program, "serve", "--config", "\(directory)/config.json5"] + overrides
        let environment = slowSync.map {
            [
                "LD_PRELOAD": $0.library,
                "SLOW_SYNC_MICROSECONDS": "\($0.milliseconds * 1_000)",
            ]
        }
        id = try spawn(command, environment: environment) {
            $0.redirectOutput(to: "\(directory)/log")
        }
        for _ in 0..<600_000 {
            if let descriptor = try? connect(to: port) {
                close(descriptor)
                return Double(nanoseconds(CLOCK_MONOTONIC) - started) / 1e6
            }
            if waitpid(id, nil, WNOHANG) == id {
                throw Options.Problem(
                    description: "the receiver ended at its start; see \(directory)/log"
                )
            }
            usleep(1_000)
        }
        throw Options.Problem(description: "the receiver does not serve; see \(directory)/log")
    }

    /// Stops it and waits for its end; reports one that is not as expected.
    func stop() {
        kill(id, SIGTERM)
        let end = waitForEnd(of: id)
        if end.exitCode == 0 { return }
        let reason = end.exitCode.map { "exit code \($0)" } ?? "signal \(end.signal)"
        note("the receiver ended with \(reason)")
    }

    /// Does a chore to its end.
    ///
    /// - Parameters:
    ///   - number: tells the files of several apart.
    ///   - seconds: how long pages are open; the others end by themselves.
    func run(_ chore: Chore, number: Int, seconds: Int) throws {
        var command = [program, chore.rawValue, "--config", "\(directory)/config.json5"]
        switch chore {
        case .backup: command += overrides + ["--to", "\(directory)/backup-\(number).db"]
        case .prune:
            command += [
                "--before", JakartaNow.nextMillisecond(), "--token-file", "\(directory)/ops.token",
            ]
            command += ["--url", "http://127.0.0.1:\(internalPort)"]
        case .pages: return try showPages(count: 10, seconds: seconds)
        }
        let child = try spawn(command) { $0.redirectOutput(to: "\(directory)/\(chore)") }
        guard waitForEnd(of: child).exitCode == 0 else {
            throw Options.Problem(description: "\(chore) failed; see \(directory)/\(chore)")
        }
    }

    /// Requests the overview so many times every two seconds.
    private func showPages(count: Int, seconds: Int) throws {
        let end = nanoseconds(CLOCK_MONOTONIC) + UInt64(seconds) * 1_000_000_000
        while nanoseconds(CLOCK_MONOTONIC) < end {
            let next = nanoseconds(CLOCK_MONOTONIC) + 2_000_000_000
            for _ in 0..<count { _ = try response(to: "/v1/overview") }
            let now = nanoseconds(CLOCK_MONOTONIC)
            if next > now { usleep(UInt32((next - now) / 1_000)) }
        }
    }

    /// The secret of one of the tokens that `init` made.
    func token(_ name: String) throws -> String {
        let text = try contents(of: "\(directory)/\(name).token")
        return String(text.prefix { !$0.isWhitespace })
    }

    /// Parts of the feed that were read from the database so far; nil when it does not tell.
    func feedReads() throws -> Int? {
        let lines = try response(to: "/metrics").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("cashin_feed_reads_total ") }
        return line.flatMap { Int($0.split(separator: " ")[1]) }
    }

    /// The response of the internal API to a GET, head and body, on a connection of its own.
    func response(to path: String) throws -> String {
        let descriptor = try connect(to: internalPort)
        defer { close(descriptor) }
        var request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        request += "Authorization: Bearer \(try token("ops"))\r\n\r\n"
        try write(request, to: descriptor)
        return try contents(of: descriptor)
    }

    func usage() throws -> Usage {
        let status = try contents(of: "/proc/\(id)/status")
        return Usage(
            microseconds: try cpuMicroseconds(of: id),
            voluntarySwitches: Double(try voluntarySwitches()),
            writtenBytes: Double(
                Self.value("write_bytes", in: try contents(of: "/proc/\(id)/io"))
            ),
            peakMebibytes: Double(Self.value("VmHWM", in: status)) / 1_024
        )
    }

    /// What is resident now.
    func residentKibibytes() throws -> Double { try Self.residentKibibytes(of: id) }

    /// What is resident now of a process.
    static func residentKibibytes(of id: pid_t) throws -> Double {
        Double(value("VmRSS", in: try contents(of: "/proc/\(id)/status")))
    }

    /// The sum over the threads that are there now.
    private func voluntarySwitches() throws -> Int {
        guard let directory = opendir("/proc/\(id)/task") else { return 0 }
        defer { closedir(directory) }
        var sum = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil else { continue }
            // A thread may have ended since its name was read.
            let status = (try? contents(of: "/proc/\(id)/task/\(name)/status")) ?? ""
            sum += Self.value("voluntary_ctxt_switches", in: status)
        }
        return sum
    }

    private static func value(_ name: String, in status: String) -> Int {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        let digits = line?.split { $0 == " " || $0 == "\t" }.dropFirst().first
        return digits.flatMap { Int($0) } ?? 0
    }
}

/// A port that nobody listens on at the moment.
private func freePort() throws -> UInt16 {
    let descriptor = try checked("socket", socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
    defer { close(descriptor) }
    return UInt16(try descriptor.bindToLoopback())
}
