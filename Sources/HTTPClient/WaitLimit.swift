import System

/// The end of a wait: a deadline, or an interruption.
struct WaitLimit: Sendable {
    /// Nanoseconds of the monotonic clock.
    let deadlineNanoseconds: UInt64

    /// Opened when the task is cancelled or the client is closed.
    let interruption: Latch

    /// The same interruption, but at most `seconds` from now.
    func shortened(toSeconds seconds: Double) -> WaitLimit {
        let soon = SystemClock.monotonicNanoseconds() + UInt64(max(seconds, 0) * 1_000_000_000)
        return WaitLimit(
            deadlineNanoseconds: min(deadlineNanoseconds, soon),
            interruption: interruption
        )
    }

    /// Seconds until the deadline; never negative.
    var remainingSeconds: Double {
        let now = SystemClock.monotonicNanoseconds()
        return now < deadlineNanoseconds ? Double(deadlineNanoseconds - now) / 1_000_000_000 : 0
    }
}

/// Why bytes could not be sent or received.
enum StreamError: Error, Equatable {
    case timedOut
    case interrupted
    case system(SystemError)

    /// The server ended the connection.
    case ended

    /// TLS failed; the text has OpenSSL's reasons.
    case tls(String)

    /// The error of an unsuccessful wait; nil if the wait was successful.
    init?(_ waited: Waited) {
        switch waited {
        case .ready: return nil
        case .interrupted: self = .interrupted
        case .timedOut: self = .timedOut
        }
    }

    /// Converts the error to the one that the client throws.
    func inPhase(
        _ phase: HTTPClientError.Phase,
        at place: String = "",
        isCertainlyNotSent: Bool = false
    ) -> HTTPClientError {
        let prefix = place.isEmpty ? "" : place + ": "
        let (reason, text): (HTTPClientError.Reason, String) =
            switch self {
            case .timedOut: (.timedOut, place)
            // `HTTPClient` replaces this with `closed` if the task was not cancelled.
            case .interrupted: (.cancelled, place)
            case .system(let error): (.failed, prefix + error.description)
            case .ended: (.failed, prefix + "the server closed the connection")
            case .tls(let text): (.failed, prefix + text)
            }
        return HTTPClientError(phase, reason, text, isCertainlyNotSent: isCertainlyNotSent)
    }
}
