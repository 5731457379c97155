import HTTPCore
import System

/// Why a call has no response.
package struct HTTPClientError: Error, Equatable, Sendable {
    /// The step in which the call failed, in the order of the steps.
    package enum Phase: String, CaseIterable, Sendable {
        /// The request, origin or settings are not valid or not allowed.
        case prepare
        /// Waiting for a free connection.
        case queue
        case resolve
        case connect
        /// Asking the proxy for a tunnel.
        case proxy
        case tls
        case send
        /// The request was sent; the response did not arrive, or not completely.
        case wait
        /// The received bytes are not a valid response.
        case parse
    }

    /// The cause of the failure.
    package enum Reason: Sendable {
        case failed
        /// One of the two timeouts of ``ClientSettings``; ``limit`` names it.
        case timedOut
        /// The calling task was cancelled.
        case cancelled
        /// The client was closed.
        case closed
    }

    package let phase: Phase
    package let reason: Reason

    /// Details for an operator; never contains parts of the request or of the response.
    package let detail: String

    /// The limit that a wait has reached; nil unless the reason is a timeout.
    package let limit: TimeLimit?

    /// Whether the server has certainly received no byte of the request.
    package let isCertainlyNotSent: Bool

    /// Whether a reused connection failed before any byte of the response; the same request may
    /// succeed on a new connection.
    package var isOfReusedConnection = false

    /// - Parameter isCertainlyNotSent: used from phase `send` on; in earlier phases nothing has
    ///   been sent.
    init(
        _ phase: Phase,
        _ reason: Reason,
        _ detail: String,
        limit: TimeLimit? = nil,
        isCertainlyNotSent: Bool = false
    ) {
        self.phase = phase
        self.reason = reason
        self.detail = detail
        self.limit = limit
        self.isCertainlyNotSent = phase.isBeforeSending || isCertainlyNotSent
    }

    package var isTimeout: Bool { reason == .timedOut }

    func withReason(_ reason: Reason) -> HTTPClientError {
        HTTPClientError(phase, reason, detail, isCertainlyNotSent: isCertainlyNotSent)
    }

    static func unsendable(_ detail: String) -> HTTPClientError {
        HTTPClientError(.prepare, .failed, detail)
    }

    /// A failed system call that is not expected to fail, such as creating a socket.
    init(_ phase: Phase, _ error: SystemError) {
        self.init(phase, .failed, error.description)
    }
}

extension HTTPClientError.Phase {
    fileprivate var isBeforeSending: Bool {
        switch self {
        case .prepare, .queue, .resolve, .connect, .proxy, .tls: true
        case .send, .wait, .parse: false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// Phase, reason, limit and detail.
    ///
    /// As in `connect failed: 127.0.0.1:1: connect: Connection refused (111)` and
    /// `wait timed out after 15 s (requestTimeoutSeconds): 127.0.0.1:1`.
    package var description: String {
        let outcome =
            switch reason {
            case .failed: "failed"
            case .timedOut: limit.map { "timed out after \($0)" } ?? "timed out"
            case .cancelled: "was cancelled"
            case .closed: "was stopped because the client was closed"
            }
        return detail.isEmpty ? "\(phase) \(outcome)" : "\(phase) \(outcome): \(detail)"
    }
}

/// A setting that limits the duration of a wait.
package struct TimeLimit: Equatable, Sendable, CustomStringConvertible {
    /// The name of the setting in ``ClientSettings``.
    package let setting: String
    package let seconds: Int

    /// As in `15 s (requestTimeoutSeconds)`.
    package var description: String { "\(seconds) s (\(setting))" }
}
