import Foundation
import Glibc

/// The system's `openssl` command: tests make certificates with it, and check with it what the
/// product makes.
///
/// Not by Foundation's `Process`, whose `run` (up to Swift 6.3) reads behind the end of the list of
/// open descriptors (swift-corelibs-foundation #5472). Now and then that ends a process which has
/// thousands of them, as the one that runs the tests.
package enum OpenSSLCommand {
    /// Why the command could not be run.
    package struct Failure: Error, CustomStringConvertible {
        let call: String
        let code: CInt

        package var description: String { "\(call): \(String(cString: strerror(code)))" }
    }

    /// How the command ended.
    package struct Result: Sendable {
        /// What `exit(3)` got, or 128 and the signal that ended the command.
        package let status: CInt
        /// What it wrote, on both streams.
        package let output: String
    }

    /// Runs the command to its end, on the calling thread.
    ///
    /// - Parameter directory: where relative paths begin, and where the output is kept meanwhile: a
    ///   pipe could be inherited by what other tests start, and would then not end.
    package static func run(_ arguments: [String], in directory: String) throws -> Result {
        let output = "\(directory)/\(UUID().uuidString).output"
        defer { unlink(output) }
        let process = try start(arguments, in: directory, output: output)
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw Failure(call: "waitpid", code: errno) }
        }
        let signal = status & 0x7F
        return Result(
            status: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
            output: String(
                decoding: try Data(contentsOf: URL(fileURLWithPath: output)),
                as: UTF8.self
            )
        )
    }

    /// The same on a thread of its own, for tests that others wait behind.
    package static func runAside(_ arguments: [String], in directory: String) async throws -> Result
    {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try run(arguments, in: directory) })
            }
        }
    }

    private static func start(
        _ arguments: [String],
        in directory: String,
        output: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let command = ["env", "--chdir=\(directory)", "openssl"] + arguments
        var argv = command.map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/usr/bin/env", &actions, nil, &argv, environ)
        guard code == 0 else { throw Failure(call: "posix_spawn env", code: code) }
        return process
    }
}
