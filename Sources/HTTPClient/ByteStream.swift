import System

/// A connection that sends and receives bytes; it is closed when it is released.
///
/// Every call blocks until it is done or its limit is reached. After an error the connection is
/// unusable.
protocol ByteStream: AnyObject {
    /// Bytes passed to the kernel since the connection was made.
    var sentBytes: Int { get }

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8], within limit: WaitLimit) throws(StreamError)

    /// Waits for at least one byte, and receives what has arrived.
    ///
    /// - Returns: the number of bytes at the start of `buffer`; 0 if the server has closed its side
    ///   in the way the protocol prescribes.
    func receive(
        into buffer: inout [UInt8],
        within limit: WaitLimit
    ) throws(StreamError) -> Int

    /// Whether neither bytes nor an end of input have arrived; does not block.
    func isSilent() -> Bool
}

/// A TCP connection: without TLS, or below it.
final class SocketStream: ByteStream {
    private let descriptor: Descriptor
    private(set) var sentBytes = 0

    /// Connects to `address`.
    init(to address: SocketAddress, within limit: WaitLimit) throws(StreamError) {
        do throws(SystemError) {
            descriptor = try Descriptor.connecting(to: address)
        } catch { throw .system(error) }
        try wait(for: .sending, within: limit)
        let failure: SystemError?
        do throws(SystemError) { failure = try descriptor.connectFailure() } catch {
            throw .system(error)
        }
        if let failure { throw .system(failure) }
    }

    func send(_ bytes: [UInt8], within limit: WaitLimit) throws(StreamError) {
        var start = 0
        while start < bytes.count {
            try wait(for: .sending, within: limit)
            do throws(SystemError) {
                let count = try descriptor.send(bytes.span.extracting(start..<bytes.count))
                start += count
                sentBytes += count
            } catch { throw .system(error) }
        }
    }

    func receive(
        into buffer: inout [UInt8],
        within limit: WaitLimit
    ) throws(StreamError) -> Int {
        while true {
            try wait(for: .receiving, within: limit)
            if let count = try receiveNow(into: &buffer) { return count }
        }
    }

    /// Receives what has arrived without waiting; nil if nothing has, 0 at the end of input.
    func receiveNow(into buffer: inout [UInt8]) throws(StreamError) -> Int? {
        do throws(SystemError) {
            switch try descriptor.receive(into: &buffer) {
            case .bytes(let count): return count
            case .ended: return 0
            case .wouldBlock: return nil
            }
        } catch { throw .system(error) }
    }

    /// Sends as much as fits into the send buffer, and ignores errors; for a close_notify alert.
    func sendNow(_ bytes: [UInt8]) {
        // The connection is about to close; whether the bytes arrive has no effect.
        _ = try? descriptor.send(bytes.span)
    }

    func isSilent() -> Bool {
        let waited = try? descriptor.wait(
            for: .receiving,
            untilNanoseconds: 0,
            orUntil: nil
        )
        return waited == .timedOut
    }

    private func wait(for direction: Direction, within limit: WaitLimit) throws(StreamError) {
        let waited: Waited
        do throws(SystemError) {
            waited = try descriptor.wait(
                for: direction,
                untilNanoseconds: limit.deadlineNanoseconds,
                orUntil: limit.interruption
            )
        } catch { throw .system(error) }
        if let error = StreamError(waited) { throw error }
    }
}

/// The end of a wait: a deadline, or an interruption.
struct WaitLimit: Sendable {
    /// Nanoseconds of the monotonic clock.
    let deadlineNanoseconds: UInt64

    /// The setting that the deadline results from.
    let limit: TimeLimit

    /// Opened when the task is cancelled or the client is closed.
    let interruption: Latch

    /// The same interruption, but at most as long as `other` from now.
    func shortened(to other: TimeLimit) -> WaitLimit {
        let seconds = Double(other.seconds)
        return seconds < remainingSeconds ? shortened(toSeconds: seconds, of: other) : self
    }

    /// The same interruption and limit, but at most `seconds` from now.
    func shortened(toSeconds seconds: Double) -> WaitLimit {
        shortened(toSeconds: seconds, of: limit)
    }

    private func shortened(toSeconds seconds: Double, of limit: TimeLimit) -> WaitLimit {
        let soon = SystemClock.monotonicNanoseconds() + UInt64(max(seconds, 0) * 1_000_000_000)
        return WaitLimit(
            deadlineNanoseconds: min(deadlineNanoseconds, soon),
            limit: limit,
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

    /// The server rejected the TLS handshake with an alert, so it has processed no request.
    case handshakeRejected(TLSAlert)

    /// The error of an unsuccessful wait; nil if the wait was successful.
    init?(_ waited: Waited) {
        switch waited {
        case .ready: return nil
        case .interrupted: self = .interrupted
        case .timedOut: self = .timedOut
        }
    }

    /// Converts the error to the one that the client throws.
    ///
    /// - Parameter limit: the limit of the wait that failed.
    func inPhase(
        _ phase: HTTPClientError.Phase,
        at place: String,
        within limit: WaitLimit,
        isCertainlyNotSent: Bool = false
    ) -> HTTPClientError {
        let failed = { (phase: HTTPClientError.Phase, text: String) in
            HTTPClientError(
                phase,
                .failed,
                "\(place): \(text)",
                isCertainlyNotSent: isCertainlyNotSent
            )
        }
        switch self {
        case .timedOut:
            return HTTPClientError(
                phase,
                .timedOut,
                place,
                limit: limit.limit,
                isCertainlyNotSent: isCertainlyNotSent
            )
        // `HTTPClient` replaces this with `closed` if the task was not cancelled.
        case .interrupted:
            return HTTPClientError(phase, .cancelled, place, isCertainlyNotSent: isCertainlyNotSent)
        case .system(let error): return failed(phase, error.description)
        case .ended: return failed(phase, "the server closed the connection")
        case .tls(let text): return failed(phase, text)
        // In TLS 1.3 the client learns it after it has sent its request.
        case .handshakeRejected(let alert): return failed(.tls, alert.description)
        }
    }
}
