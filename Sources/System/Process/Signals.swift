@unsafe @preconcurrency import Dispatch
import Glibc

/// A signal that the daemon handles.
package enum Signal: CaseIterable, Sendable {
    /// `SIGTERM`: finish and exit.
    case terminate
    /// `SIGINT`: the same, from a terminal.
    case interrupt
    /// `SIGHUP`: read the configuration again.
    case hangUp

    var number: CInt {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        }
    }
}

/// Receives signals on its own thread, where any code may run, as long as it exists.
package final class Signals: Sendable {
    private let sources: [any DispatchSourceSignal]

    /// Calls `onSignal` for each of `signals` that arrives, one at a time.
    ///
    /// Returns when the handlers are installed. Before, a signal has its default action, which ends
    /// the process, unless it is held. The kernel merges pending signals of one kind.
    package init(
        _ signals: [Signal] = Signal.allCases,
        onSignal: @escaping @Sendable (Signal) -> Void
    ) {
        // Without a target, the queue gets a thread even when blocking work uses all threads of the
        // pool.
        let queue = DispatchQueue(label: "signals")
        let registrations = DispatchGroup()
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal.number, queue: queue)
            // Dispatch merges signals that arrive before the handler runs, and counts them. The
            // handler retains the source until it is cancelled.
            source.setEventHandler { for _ in 0..<source.data { onSignal(signal) } }
            registrations.enter()
            source.setRegistrationHandler { registrations.leave() }
            source.activate()
            return source
        }
        registrations.wait()
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// Holds every signal of ``Signal`` until a ``Signals`` receives it, or until ``release()``.
    ///
    /// Must be called on the first thread before there are others, which inherit the mask. Wraps
    /// `pthread_sigmask(3)`.
    package static func block() { setMask(SIG_BLOCK) }

    /// Restores the default action of held signals, which ends the process; pending ones take
    /// effect.
    ///
    /// Must be called on the first thread. Wraps `pthread_sigmask(3)`.
    package static func release() { setMask(SIG_UNBLOCK) }

    private static func setMask(_ how: CInt) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in Signal.allCases { unsafe sigaddset(&set, signal.number) }
        // Fails only for an invalid argument.
        _ = unsafe pthread_sigmask(how, &set, nil)
    }

    /// Turns a write to a closed pipe, or beyond a file's size limit, into an error of the call.
    ///
    /// Without this, `SIGPIPE` and `SIGXFSZ` end the process. Called once, at startup.
    package static func ignoreWriteSignals() {
        for number in [SIGPIPE, SIGXFSZ] {
            // Fails only for an invalid number.
            _ = signal(number, SIG_IGN)
        }
    }
}
