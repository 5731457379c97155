import Foundation
import Glibc
import Testing

/// What a program needs that was built to be measured (`scripts/coverage`) or to report its own
/// faults (`scripts/sanitizers`). Without such a script there is nothing to pass on.
enum Instruments {
    /// Where and how profiles and reports are written.
    private static let names = [
        "LLVM_PROFILE_FILE", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
        "SWIFT_BACKTRACE",
    ]

    /// The variables for each program that a test starts.
    static let environment = ProcessInfo.processInfo.environment.filter { names.contains($0.key) }

    /// A file for a line `PID TEST` for each program; nil when no script wants to know.
    private static let file = ProcessInfo.processInfo.environment["TEST_PROCESSES"]

    /// Notes the present test as the one that started a process.
    static func note(_ process: pid_t) {
        guard let file, let test = Test.current else { return }
        let line = "\(process) \(test.id)\n"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        // One write, so that lines of several threads do not mix.
        _ = line.withCString { write(descriptor, $0, strlen($0)) }
        close(descriptor)
    }
}
