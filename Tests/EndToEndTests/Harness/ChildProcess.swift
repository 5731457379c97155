import Foundation
import Glibc
import Support

/// A program that a test started. Killed when the test lets go of it.
final class ChildProcess: @unchecked Sendable {
    /// Why a process could not be used as the test wants.
    enum Failure: Error, CustomStringConvertible {
        case call(String, CInt)
        case stillRunning(String)

        var description: String {
            switch self {
            case .call(let name, let code): "\(name): \(String(cString: strerror(code)))"
            case .stillRunning(let program): "\(program) did not end in time"
            }
        }
    }

    /// How a process ended.
    enum End: Equatable, Sendable {
        case exited(CInt)
        case signalled(CInt)
    }

    let path: String
    let id: pid_t
    let output: OutputLines
    let errors: OutputLines
    private let lock = NSLock()
    private var end: End?

    /// Descriptors that belong to one child must not reach another one that is started meanwhile.
    private static let spawning = NSLock()

    /// - Parameters:
    ///   - inherited: a descriptor that the program gets as number 3.
    ///   - unblocksSignals: for programs that do not unblock signals themselves.
    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        inherited: CInt? = nil,
        unblocksSignals: Bool = false
    ) throws {
        self.path = path
        var environment = environment
        environment["PATH"] = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        environment.merge(Instruments.environment) { given, _ in given }
        Self.spawning.lock()
        defer { Self.spawning.unlock() }
        let outputPipe = try Self.pipe()
        let errorPipe = try Self.pipe()
        defer {
            Glibc.close(outputPipe.write)
            Glibc.close(errorPipe.write)
        }
        output = OutputLines(reading: outputPipe.read)
        errors = OutputLines(reading: errorPipe.read)
        id = try spawn(
            [path] + arguments,
            environment: environment,
            unblocksSignals: unblocksSignals
        ) { actions in
            actions.redirectInput()
            posix_spawn_file_actions_adddup2(&actions, outputPipe.write, 1)
            posix_spawn_file_actions_adddup2(&actions, errorPipe.write, 2)
            if let inherited { posix_spawn_file_actions_adddup2(&actions, inherited, 3) }
        }
        Instruments.note(id)
    }

    private static func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Failure.call("pipe", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// A size in `/proc/PID/status`, such as `VmRSS`, in KiB; nil when the process has ended.
    func kilobytes(_ name: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") })
        else { return nil }
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    }

    /// Sends a signal, unless the process has ended and been waited for.
    func signal(_ number: CInt) {
        lock.withLock { if end == nil { _ = kill(id, number) } }
    }

    /// Waits until the process has ended.
    @discardableResult
    func wait(withinSeconds seconds: Double = Patience.seconds) throws -> End {
        // Its output ends when it does: no child of its own keeps these open.
        guard errors.waitForEnd(withinSeconds: seconds),
            output.waitForEnd(withinSeconds: seconds)
        else { throw Failure.stillRunning(path) }
        return reap()
    }

    /// Waits until the process has ended, whether or not its output is read.
    func waitUnread(withinSeconds seconds: Double = Patience.seconds) throws -> End {
        let ended = DispatchSemaphore(value: 0)
        let id = id
        Thread.detachNewThread {
            var information = siginfo_t()
            // Leaves the process to be reaped, so that its id stays its own.
            while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            ended.signal()
        }
        guard ended.wait(timeout: .now() + seconds) == .success else {
            throw Failure.stillRunning(path)
        }
        return reap()
    }

    /// The end of a process that has ended.
    private func reap() -> End {
        lock.withLock {
            if let end { return end }
            let (exitCode, signal) = waitForEnd(of: id)
            let result: End = exitCode.map { .exited($0) } ?? .signalled(signal)
            end = result
            return result
        }
    }

    deinit {
        output.resume()
        errors.resume()
        signal(SIGKILL)
        _ = try? wait(withinSeconds: 5)
    }
}

extension ChildProcess {
    /// Runs a program to its end.
    static func run(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> (end: End, output: [String], errors: [String]) {
        let process = try ChildProcess(path, arguments, environment: environment)
        let end = try process.wait()
        return (end, process.output.all, process.errors.all)
    }
}
