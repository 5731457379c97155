package import HTTPCore
package import System

/// Handles the requests of a server.
///
/// Every method is called on a loop and must not block it.
package protocol RequestHandler: Sendable {
    /// Decides whether to receive the body, when the head is complete and before `100 Continue`.
    func admit(_ head: RequestHead, from peer: Peer) -> Admission

    /// Handles a whole request.
    ///
    /// - Returns: the response, or nil if it is sent through `reply`, once, from any thread and at
    ///   any time.
    func handle(_ request: Request, reply: Reply) -> Response?

    /// Returns the response to input that is not a valid request, or to a request without a
    /// response.
    ///
    /// The connection is closed after it. `head` is nil if no complete head was received.
    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response

    /// Called when a response has been sent completely, or its connection broke before that.
    func finished(_ exchange: Exchange)

    /// Called when connections cannot be accepted for lack of descriptors or memory.
    ///
    /// Called once when the condition begins. New connections stay queued, and the server retries
    /// every second.
    func acceptFailed(_ error: SystemError, on listener: SocketAddress)

    /// Called when the server starts to drain: waiting requests should get their response now.
    func drain()
}

extension RequestHandler {
    package func finished(_ exchange: Exchange) {}
    package func acceptFailed(_ error: SystemError, on listener: SocketAddress) {}
    package func drain() {}
}

/// The decision on a request whose head has been read.
package enum Admission: Sendable {
    /// Receive its body, up to `bodyBytesMax` bytes.
    ///
    /// Only with a permit may that be more than the server's limit for bodies.
    case receive(bodyBytesMax: Int, permit: BodyPermit? = nil)
    /// Respond without reading the body; if the request announces one, the connection is closed.
    case refuse(Response)
}

/// The permission to send a large body; it is in use as long as the object exists.
///
/// The connection holds it while the body arrives, and ``Request/permit`` while it is handled.
package final class BodyPermit: Sendable {
    /// The time in which the body must arrive, in seconds, if that is more than the server allows.
    let seconds: Int

    private let onRelease: @Sendable () -> Void

    /// - Parameter onRelease: called once, from any thread, when the permit is not in use any more.
    package init(seconds: Int, onRelease: @escaping @Sendable () -> Void) {
        self.seconds = seconds
        self.onRelease = onRelease
    }

    deinit { onRelease() }
}

/// Why a request ends without a response from the handler; each case has a status.
package enum RequestFailure: Equatable, Sendable {
    /// The input is not a valid request, or exceeds a limit.
    case malformed(RequestError)
    /// The peer closed its side before the request was complete.
    case incomplete
    /// The head was not complete in time.
    case headerTimeout
    /// The body was not complete in time.
    case bodyTimeout
    /// The body is longer than the handler admitted.
    case bodyTooLarge(bytesMax: Int)
    /// The connection limit is reached.
    case connectionLimit
    /// The handler released the request without a response.
    case unanswered

    /// The status of the response.
    package var status: Status {
        switch self {
        case .malformed(let error): error.status
        case .incomplete: .badRequest
        case .headerTimeout, .bodyTimeout: .requestTimeout
        case .bodyTooLarge: .contentTooLarge
        case .connectionLimit: .serviceUnavailable
        case .unanswered: .internalServerError
        }
    }
}

extension RequestFailure: CustomStringConvertible {
    /// The reason, for operators; never contains received bytes.
    package var description: String {
        switch self {
        case .malformed(let error): error.description
        case .incomplete: "the connection ended before the request was complete"
        case .headerTimeout: "the request head was not complete in time"
        case .bodyTimeout: "the request body was not complete in time"
        case .bodyTooLarge(let max): "body larger than \(max) bytes"
        case .connectionLimit: "the connection limit is reached"
        case .unanswered: "the request was not handled"
        }
    }
}

/// A finished request with its response, for logs and metrics.
package struct Exchange: Sendable {
    /// Nil if no complete head was received.
    package let head: RequestHead?

    package let peer: Peer

    /// The number of the request, as in ``Request/number``.
    package let number: UInt64

    /// The status of the response; nil if the connection broke before there was one.
    package let status: Status?

    /// When the first byte of the request arrived, by the monotonic clock.
    package let receivedNanoseconds: UInt64

    /// When the last byte of the response was passed to the kernel, or the connection broke.
    package let finishedNanoseconds: UInt64

    /// Whether the whole response was passed to the kernel.
    package let isComplete: Bool
}
