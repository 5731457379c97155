import CLinux
import Glibc
import Synchronization

/// The sockets that the service manager passed to the process; see sd_listen_fds(3).
package final class PassedSockets: Sendable {
    /// Names by descriptor number; without the sockets that were taken.
    private let names: Mutex<[CInt: String]>

    /// The first descriptor that is passed (`SD_LISTEN_FDS_START`).
    private static let start: CInt = 3

    /// A limit for a number that comes from the environment.
    private static let countMax: CInt = 1024

    /// Reads `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES` of this process.
    ///
    /// Create it once: it is then responsible for closing the sockets.
    package convenience init() {
        self.init(processID: getpid()) { name in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe String(cString: value)
        }
    }

    init(processID: pid_t, start: CInt = start, variable: (String) -> String?) {
        names = Mutex(Self.names(processID: processID, start: start, variable: variable))
    }

    /// The descriptors that were passed to the process, with their names.
    static func names(
        processID: pid_t,
        start: CInt = start,
        variable: (String) -> String?
    ) -> [CInt: String] {
        // With the ID of another process, the variables were inherited, but not the sockets.
        guard variable("LISTEN_PID").flatMap(pid_t.init) == processID,
            let count = variable("LISTEN_FDS").flatMap(CInt.init), (1...countMax).contains(count)
        else { return [:] }
        let given = variable("LISTEN_FDNAMES").map {
            $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
        var names: [CInt: String] = [:]
        for index in 0..<count {
            let name = given.flatMap { index < $0.count ? $0[Int(index)] : nil }
            names[start + index] = name ?? "unknown"
        }
        return names
    }

    /// Listens on all sockets passed under `name`.
    ///
    /// Throws `ENOENT` when there is none, `EINVAL` when one is not a listening stream socket.
    func take(_ name: String) throws(SystemError) -> [Listener] {
        let numbers = names.withLock { names in
            let numbers = names.filter { $0.value == name }.keys.sorted()
            for number in numbers { names[number] = nil }
            return numbers
        }
        guard !numbers.isEmpty else { throw SystemError(call: "sd_listen_fds", code: ENOENT) }
        var listeners: [Listener] = []
        for number in numbers {
            // The variables may name descriptors that are not open; no other code can own the
            // number yet.
            guard fcntl(number, F_GETFD) != -1 else {
                throw SystemError(call: "sd_listen_fds", code: EBADF)
            }
            let descriptor = Descriptor(owning: number)
            guard try descriptor.option(SOL_SOCKET, SO_TYPE) == CInt(SOCK_STREAM.rawValue),
                try descriptor.option(SOL_SOCKET, SO_ACCEPTCONN) == 1
            else { throw SystemError(call: "sd_listen_fds", code: EINVAL) }
            try descriptor.adopt()
            listeners.append(try Listener(descriptor))
        }
        return listeners
    }
}
