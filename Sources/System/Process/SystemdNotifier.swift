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
