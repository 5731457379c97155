@unsafe @preconcurrency import Dispatch
import Glibc

/// A signal that the daemon acts on.
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

/// Receives signals on a thread of its own, where any code may run, for as long as it is kept.
package final class Signals: Sendable {
    private let sources: [any DispatchSourceSignal]

    /// Calls `onSignal` for each of `signals` that arrives, one at a time.
    ///
    /// Returns when that is in force; before, a signal has its usual effect, which ends the
    /// process, unless it is held. The kernel merges signals of one kind that wait for delivery.
    package init(
        _ signals: [Signal] = Signal.allCases,
        onSignal: @escaping @Sendable (Signal) -> Void
    ) {
        // Without a target it gets a thread even when work that blocks has all of the pool's.
        let queue = DispatchQueue(label: "signals")
        let registrations = DispatchGroup()
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal.number, queue: queue)
            // Dispatch merges signals that arrive before the handler runs, and counts them. The
            // source keeps itself by its handler until it is cancelled.
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

    /// Holds every signal that ``Signal`` names until a ``Signals`` receives it, or ``release()``.
    ///
    /// To be called on the first thread, before there are others: they inherit it. Wraps
    /// `pthread_sigmask(3)`.
    package static func hold() { setMask(SIG_BLOCK) }

    /// Gives held signals their usual effect, which ends the process; those that have arrived, too.
    ///
    /// To be called on the first thread. Wraps `pthread_sigmask(3)`.
    package static func release() { setMask(SIG_UNBLOCK) }

    private static func setMask(_ how: CInt) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in Signal.allCases { unsafe sigaddset(&set, signal.number) }
        // Fails only for an invalid argument.
        _ = unsafe pthread_sigmask(how, &set, nil)
    }

    /// Makes a write to a closed pipe and a file beyond its size limit errors of the call.
    ///
    /// Without this, `SIGPIPE` and `SIGXFSZ` end the process. To be called once, at start.
    package static func ignoreWriteSignals() {
        for number in [SIGPIPE, SIGXFSZ] {
            // Fails only for an invalid number.
            _ = signal(number, SIG_IGN)
        }
    }
}
