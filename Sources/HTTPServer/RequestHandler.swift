package import HTTPCore
package import Sockets

/// What a server does with requests. Every method is called on a loop and must not block it.
package protocol RequestHandler: Sendable {
    /// Decides on a request when its head is complete: before `100 Continue`, before its body.
    func admit(_ head: RequestHead, from peer: Peer) -> Admission

    /// Answers a whole request: by returning the answer, or by returning nil and sending it
    /// through `reply`, once, from any thread, at any time.
    func handle(_ request: Request, reply: Reply) -> Response?

    /// Shapes the answer to what did not become a request, or found no answer.
    ///
    /// The connection is closed after it. `head` is the request's, when it got that far.
    func refuse(_ refusal: Refusal, head: RequestHead?, peer: Peer) -> Response

    /// An answer has been written whole, or its connection has broken before that.
    func finished(_ exchange: Exchange)

    /// Connections cannot be accepted, for want of descriptors or memory; they wait meanwhile.
    ///
    /// Called once when that begins; the server tries again every second.
    func acceptFailed(_ error: SystemError, on listener: SocketAddress)

    /// The server has begun to drain: requests that wait for something should be answered now.
    func drain()
}

extension RequestHandler {
    package func finished(_ exchange: Exchange) {}
    package func acceptFailed(_ error: SystemError, on listener: SocketAddress) {}
    package func drain() {}
}

/// What becomes of a request whose head has been read.
package enum Admission: Sendable {
    /// Its body may come, up to so many bytes.
    case receive(bodyBytesMax: Int)
    /// It is answered so, without its body. If it announces one, the connection is closed.
    case refuse(Response)
}

/// Why the server answers by itself. Each case has its status.
package enum Refusal: Equatable, Sendable {
    /// What came is no request, or is one over a limit.
    case malformed(RequestError)
    /// The peer ended its side within a request.
    case incomplete
    /// The head was not complete in time.
    case headerTimeout
    /// The body was not complete in time.
    case bodyTimeout
    /// The body is longer than the handler admitted.
    case bodyTooLarge(bytesMax: Int)
    /// All connections are taken.
    case connectionLimit
    /// The handler let go of the request without an answer.
    case unanswered

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

extension Refusal: CustomStringConvertible {
    /// For people; never what was received.
    package var description: String {
        switch self {
        case .malformed(let error): error.description
        case .incomplete: "the connection ended within it"
        case .headerTimeout: "its head was not complete in time"
        case .bodyTimeout: "its body was not complete in time"
        case .bodyTooLarge(let max): "body larger than \(max) bytes"
        case .connectionLimit: "all connections are taken"
        case .unanswered: "it could not be served"
        }
    }
}

/// One request and its answer, when both are over.
package struct Exchange: Sendable {
    /// Nil when the request did not get that far.
    package let head: RequestHead?

    package let peer: Peer

    /// The number of the request, as in ``Request/number``.
    package let number: UInt64

    /// The status that was sent, or was to be; nil when the connection broke before the answer.
    package let status: Status?

    /// When the first byte of the request was seen, by the monotonic clock.
    package let receivedNanoseconds: UInt64

    /// When the last byte of the answer had been handed to the kernel, or the connection broke.
    package let finishedNanoseconds: UInt64

    /// Whether all of the answer was handed to the kernel.
    package let isComplete: Bool
}
