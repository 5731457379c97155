package import Glibc

/// A system call that failed.
package struct SystemCallFailure: Error, CustomStringConvertible {
    let call: String
    let code: CInt

    package var description: String { "\(call): \(String(cString: strerror(code)))" }

    package init(call: String, code: CInt) {
        self.call = call
        self.code = code
    }
}

/// Starts a program; returns its process id.
///
/// Not by Foundation's `Process`, whose `run` (up to Swift 6.3) reads behind the end of the list of
/// open descriptors (swift-corelibs-foundation #5472). Now and then that ends a process which has
/// thousands of them, as the one that runs the tests.
///
/// - Parameters:
///   - command: the path of the program, and its arguments.
///   - environment: nil for our own.
///   - unblocksSignals: whether it begins without blocked signals, as in a shell. Threads of
///     Dispatch block most signals, and a program inherits that.
///   - redirect: says what the program's descriptors are.
package func spawn(
    _ command: [String],
    environment: [String: String]? = nil,
    unblocksSignals: Bool = false,
    redirect: (inout posix_spawn_file_actions_t) -> Void
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    redirect(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    if unblocksSignals {
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, CShort(POSIX_SPAWN_SETSIGMASK))
    }
    var arguments = command.map { strdup($0) } + [nil]
    var variables = (environment ?? [:]).map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var id: pid_t = 0
    let program = command[0]
    let code =
        environment == nil
        ? posix_spawn(&id, program, &actions, &attributes, &arguments, environ)
        : posix_spawn(&id, program, &actions, &attributes, &arguments, &variables)
    if code != 0 { throw SystemCallFailure(call: "posix_spawn \(program)", code: code) }
    return id
}

extension posix_spawn_file_actions_t {
    /// Sends both output streams of the program to the end of a file, made with mode 0600.
    package mutating func redirectOutput(to file: String) {
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&self, STDOUT_FILENO, file, flags, 0o600)
        posix_spawn_file_actions_adddup2(&self, STDOUT_FILENO, STDERR_FILENO)
    }

    /// Gives the program nothing to read.
    package mutating func redirectInput() {
        posix_spawn_file_actions_addopen(&self, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
}

/// Waits until a process of ours has ended, and releases its id.
///
/// - Returns: its exit code, nil when a signal ended it; and that signal, 0 when none did.
package func waitForEnd(of id: pid_t) -> (exitCode: CInt?, signal: CInt) {
    var status: CInt = 0
    while waitpid(id, &status, 0) < 0 {
        // No child of ours, so that nothing is known of its end.
        guard errno == EINTR else { return (nil, 0) }
    }
    let signal = status & 0x7F
    return (signal == 0 ? status >> 8 & 0xFF : nil, signal)
}
