import HTTPCore
import Sockets

/// Why there is no response.
package struct HTTPClientError: Error, Equatable, Sendable {
    /// How far the request had come.
    package enum Phase: String, CaseIterable, Sendable {
        /// Request, origin or settings are not ones that may be used.
        case prepare
        /// Waiting for a free connection.
        case queue
        case resolve
        case connect
        case tls
        case send
        /// The request is sent; the response, or its end, did not come.
        case wait
        /// What came is no valid response.
        case parse
    }

    /// What ended it.
    package enum Reason: Sendable {
        case failed
        /// One of the two timeouts of ``ClientSettings``.
        case timedOut
        /// The task that called was cancelled.
        case cancelled
        /// The client was closed.
        case closed
    }

    package let phase: Phase
    package let reason: Reason

    /// For an operator; never content of the request or of the response.
    package let detail: String

    /// Whether the server cannot have got any byte of the request.
    package let isCertainlyNotSent: Bool

    /// Whether a connection that was kept open turned out to be dead, without a byte of an answer:
    /// the same on a fresh one may well go through.
    package var isOfKeptConnection = false

    /// - Parameter isCertainlyNotSent: looked at only from phase `send` on; before it nothing has
    ///   been sent.
    init(_ phase: Phase, _ reason: Reason, _ detail: String, isCertainlyNotSent: Bool = false) {
        self.phase = phase
        self.reason = reason
        self.detail = detail
        self.isCertainlyNotSent = phase.isBeforeSending || isCertainlyNotSent
    }

    package var isTimeout: Bool { reason == .timedOut }

    func withReason(_ reason: Reason) -> HTTPClientError {
        HTTPClientError(phase, reason, detail, isCertainlyNotSent: isCertainlyNotSent)
    }

    static func unsendable(_ detail: String) -> HTTPClientError {
        HTTPClientError(.prepare, .failed, detail)
    }

    /// A call of the system that should not fail, such as making a socket.
    init(_ phase: Phase, _ error: SystemError) {
        self.init(phase, .failed, error.description)
    }
}

extension HTTPClientError.Phase {
    fileprivate var isBeforeSending: Bool {
        switch self {
        case .prepare, .queue, .resolve, .connect, .tls: true
        case .send, .wait, .parse: false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// As in `connect failed: 127.0.0.1:1: connect: Connection refused (111)`.
    package var description: String {
        let outcome =
            switch reason {
            case .failed: "failed"
            case .timedOut: "timed out"
            case .cancelled: "was cancelled"
            case .closed: "was ended, the client is closed"
            }
        return detail.isEmpty ? "\(phase) \(outcome)" : "\(phase) \(outcome): \(detail)"
    }
}
