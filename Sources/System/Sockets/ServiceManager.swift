import CLinux
import Glibc
import Synchronization
import Text

/// Reports the state of the program to the service manager (sd_notify(3)); does nothing without
/// one.
///
/// A notification that fails must not stop the service, so errors are ignored.
package struct SystemdNotifier: Sendable {
    private let socketPath: String?

    /// Half of the service manager's watchdog timeout; nil without a watchdog.
    package let watchdogIntervalMilliseconds: Int?

    /// - Parameter processID: the ID of this process; the watchdog may be for another one.
    package init(environment: [String: String], processID: Int) {
        socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        // sd_watchdog_enabled(3).
        let isForUs = environment["WATCHDOG_PID"].map { Int($0) == processID } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 0
        watchdogIntervalMilliseconds =
            isForUs && microseconds > 0 ? max(microseconds / 2000, 1) : nil
    }

    /// The service accepts connections. Also ends a reload that ``reloading()`` started.
    package func ready(status: String) { send("READY=1\nSTATUS=\(oneLine(status))") }

    /// The configuration is being read again; ``ready(status:)`` must follow.
    package func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(SystemClock.monotonicNanoseconds() / 1000)")
    }

    /// The service is about to end.
    package func stopping() { send("STOPPING=1") }

    /// The start takes longer than planned: extends the service manager's timeout by `seconds`.
    package func starting(status: String, seconds: Int) {
        send("EXTEND_TIMEOUT_USEC=\(seconds)000000\nSTATUS=\(oneLine(status))")
    }

    /// Sets the status line of `systemctl status`.
    package func status(_ status: String) { send("STATUS=\(oneLine(status))") }

    /// Resets the watchdog.
    package func watchdog() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard let socketPath else { return }
        do throws(SystemError) {
            try DatagramSocket(to: socketPath)?.send(message)
        } catch {
            return
        }
    }
}

/// The sockets that the service manager passed to the process; see sd_listen_fds(3).
package final class PassedSockets: Sendable {
    /// The names of all passed sockets, also of those that were claimed.
    let allNames: [String]

    /// Names by descriptor number; without the sockets that were claimed.
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
        let names = Self.names(processID: processID, start: start, variable: variable)
        allNames = Array(names.values)
        self.names = Mutex(names)
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
    func claim(_ name: String) throws(SystemError) -> [Listener] {
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
            listeners.append(try Listener(descriptor, isPassed: true))
        }
        return listeners
    }
}

/// Sends messages to a Unix datagram socket.
private struct DatagramSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let path: [UInt8]

    /// - Parameter path: the path of the receiver; one that begins with `@` is in the abstract
    ///   namespace (unix(7)). Nil when it is empty or longer than such a path can be.
    ///
    /// Wraps `socket(2)`.
    init?(to path: String) throws(SystemError) {
        var bytes = Array(path.utf8)
        guard (1...UnixListenAddress.pathBytesMax).contains(bytes.count), !bytes.contains(0) else {
            return nil
        }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = try retryingOnInterrupt("socket") { socket(AF_UNIX, type, 0) }
        descriptor = Descriptor(owning: raw)
        self.path = bytes
    }

    /// Sends one message. Wraps `sendto(2)`.
    borrowing func send(_ message: String) throws(SystemError) {
        let raw = descriptor.raw
        let bytes = Array(message.utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        // An abstract name ends where the address ends; a path may end there too.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let flags = CInt(MSG_NOSIGNAL)
        _ = try unsafe withUnsafePointer(to: address) { (address) throws(SystemError) in
            try unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(SystemError) in
                try retryingOnInterrupt("sendto") {
                    unsafe sendto(raw, bytes, bytes.count, flags, address, length)
                }
            }
        }
    }
}
