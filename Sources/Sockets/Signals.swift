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

/// Receives signals on a queue of its own, where any code may run, for as long as it is kept.
package final class Signals: Sendable {
    private let sources: [any DispatchSourceSignal]

    /// Calls `onSignal` for each of `signals` that arrives, one at a time.
    ///
    /// Returns when that is in force; before, a signal has its usual effect, which ends the
    /// process. Signals that arrive while one of the same kind waits are merged, as signals are.
    package init(
        _ signals: [Signal] = Signal.allCases,
        onSignal: @escaping @Sendable (Signal) -> Void
    ) {
        let queue = DispatchQueue(label: "signals", target: .global())
        let registrations = DispatchGroup()
        sources = signals.map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal.number, queue: queue)
            source.setEventHandler { onSignal(signal) }
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
