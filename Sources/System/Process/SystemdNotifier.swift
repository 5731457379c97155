import Text

/// Tells the service manager how the program is doing (sd_notify(3)); does nothing where none asks.
///
/// A notification that does not arrive is no reason to stop serving, so nothing here fails.
package struct SystemdNotifier: Sendable {
    private let socketPath: String?

    /// Half of what the service manager waits for a sign of life; nil when it does not.
    package let watchdogIntervalMilliseconds: Int?

    /// - Parameter processID: our own; a watchdog may be meant for another process.
    package init(environment: [String: String], processID: Int) {
        socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        // sd_watchdog_enabled(3).
        let isForUs = environment["WATCHDOG_PID"].map { Int($0) == processID } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 0
        watchdogIntervalMilliseconds =
            isForUs && microseconds > 0 ? max(microseconds / 2000, 1) : nil
    }

    /// Everything is open and listens. Also ends what ``reloading()`` began.
    package func ready(status: String) { send("READY=1\nSTATUS=\(oneLine(status))") }

    /// The configuration is being read again; ``ready(status:)`` must follow.
    package func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(SystemClock.monotonicNanoseconds() / 1000)")
    }

    /// The program is about to end.
    package func stopping() { send("STOPPING=1") }

    /// The program needs longer to start than was thought, and is at it: the service manager waits
    /// so many seconds more.
    package func starting(status: String, seconds: Int) {
        send("EXTEND_TIMEOUT_USEC=\(seconds)000000\nSTATUS=\(oneLine(status))")
    }

    /// One line on how things are, for `systemctl status`.
    package func status(_ status: String) { send("STATUS=\(oneLine(status))") }

    /// A sign of life.
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
