/// The current wait of a connection, and its time limit.
///
/// A deadline is set when the wait begins; bytes that arrive one by one do not extend it.
struct WaitTimer {
    enum Reason {
        /// The handler, which has no time limit.
        case nothing
        /// The first byte of a request.
        case idle
        case head, body
        /// The client to read bytes.
        case write
        /// The client to close its side after the last response.
        case linger
    }

    private(set) var reason = Reason.nothing

    /// Distinguishes a wait from the previous one with the same reason.
    private var turn = 0

    /// The permit of a large body that is being received, which may take longer than others.
    var bodyPermit: BodyPermit?

    /// Removes the permit: the body was received, or will not be.
    mutating func removePermit() -> BodyPermit? { bodyPermit.take() }

    /// Compares the state of the connection; returns whether a new wait has begun.
    ///
    /// - Parameters:
    ///   - sentCount: the number of bytes sent since the start; nil if none are unsent.
    ///   - exchangeCount: the number of responses completed so far.
    mutating func update(
        isLingering: Bool,
        sentCount: Int?,
        _ stage: Conversation.Stage,
        exchangeCount: Int
    ) -> Bool {
        var (reason, turn) = (Reason(stage), exchangeCount)
        // Each byte that the client reads begins a new wait.
        if let sentCount { (reason, turn) = (.write, sentCount) }
        if isLingering { (reason, turn) = (.linger, 0) }
        guard reason != self.reason || turn != self.turn else { return false }
        self.reason = reason
        self.turn = turn
        return true
    }

    /// The deadline in nanoseconds of the monotonic clock; `.max` for a wait without limit.
    func deadline(after now: UInt64, limits: ServerLimits) -> UInt64 {
        let seconds =
            switch reason {
            case .nothing: Int.max
            case .idle: limits.idleSeconds
            case .head: limits.headerSeconds
            case .body: max(limits.bodySeconds, bodyPermit?.seconds ?? 0)
            case .write: limits.writeSeconds
            case .linger: ServerLimits.lingerSeconds
            }
        let second: UInt64 = 1_000_000_000
        let (wait, isEndless) = second.multipliedReportingOverflow(by: UInt64(max(0, seconds)))
        let (deadline, isTooLate) = now.addingReportingOverflow(wait)
        return isEndless || isTooLate ? .max : deadline
    }
}

extension WaitTimer.Reason {
    /// The wait of a connection whose output is sent.
    fileprivate init(_ stage: Conversation.Stage) {
        self =
            switch stage {
            case .idle: .idle
            case .head: .head
            case .body: .body
            case .response: .nothing
            }
    }
}
