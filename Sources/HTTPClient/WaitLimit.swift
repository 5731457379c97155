import Sockets

/// Until when there is to be waited, whatever for.
struct WaitLimit: Sendable {
    /// On the monotonic clock.
    let deadlineNanoseconds: UInt64

    /// Opened when the task is cancelled or the client closed.
    let interruption: Latch

    /// The same interruption, but at most `seconds` from now.
    func shortened(toSeconds seconds: Double) -> WaitLimit {
        let soon = Clock.monotonicNanoseconds() + UInt64(max(seconds, 0) * 1_000_000_000)
        return WaitLimit(
            deadlineNanoseconds: min(deadlineNanoseconds, soon),
            interruption: interruption
        )
    }

    /// Not negative.
    var remainingSeconds: Double {
        let now = Clock.monotonicNanoseconds()
        return now < deadlineNanoseconds ? Double(deadlineNanoseconds - now) / 1_000_000_000 : 0
    }
}

/// Why bytes could not be moved.
enum StreamError: Error, Equatable {
    case timedOut
    case interrupted
    case system(SystemError)

    /// The server ended the connection.
    case ended

    /// What OpenSSL has against the server.
    case tls(String)

    /// What a wait that was not successful means; nil when it was.
    init?(_ waited: Waited) {
        switch waited {
        case .ready: return nil
        case .interrupted: self = .interrupted
        case .timedOut: self = .timedOut
        }
    }

    /// The error that the caller of the client gets.
    func inPhase(
        _ phase: HTTPClientError.Phase,
        at place: String = "",
        isCertainlyNotSent: Bool = false
    ) -> HTTPClientError {
        let prefix = place.isEmpty ? "" : place + ": "
        let (reason, text): (HTTPClientError.Reason, String) =
            switch self {
            case .timedOut: (.timedOut, place)
            // Which of the two it was is told apart where the task is known.
            case .interrupted: (.cancelled, place)
            case .system(let error): (.failed, prefix + error.description)
            case .ended: (.failed, prefix + "the server closed the connection")
            case .tls(let text): (.failed, prefix + text)
            }
        return HTTPClientError(phase, reason, text, isCertainlyNotSent: isCertainlyNotSent)
    }
}
