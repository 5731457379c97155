package import Foundation

/// The system's `openssl` command: tests make certificates with it, and check with it what the
/// product makes.
package enum OpenSSLCommand {
    /// Runs the command to its end, on the calling thread; returns its exit code, nil when a
    /// signal ended it, and what it wrote.
    ///
    /// - Parameter directory: where relative paths begin, and where the output is kept meanwhile: a
    ///   pipe could be inherited by what other tests start, and would then not end.
    package static func run(
        _ arguments: [String],
        in directory: URL
    ) throws -> (exitCode: CInt?, output: String) {
        let output = directory.appendingPathComponent("\(UUID().uuidString).output")
        defer { try? FileManager.default.removeItem(at: output) }
        let command = ["/usr/bin/env", "--chdir=\(directory.path)", "openssl"] + arguments
        let process = try spawn(command) { actions in
            actions.redirectInput()
            actions.redirectOutput(to: output.path)
        }
        let (exitCode, _) = waitForEnd(of: process)
        return (exitCode, String(decoding: try Data(contentsOf: output), as: UTF8.self))
    }

    /// The same on a thread of its own, for tests that others wait behind.
    package static func runAside(
        _ arguments: [String],
        in directory: URL
    ) async throws -> (exitCode: CInt?, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try run(arguments, in: directory) })
            }
        }
    }
}
