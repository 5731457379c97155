/// Why the bytes from a server are not a usable response.
///
/// The connection has to be closed: the start of the next response is unknown.
package enum ResponseError: Error, Equatable, Sendable {
    /// A violation of a rule or limit that also applies to requests.
    case message(RequestError)

    /// The first line is not a `status-line` (RFC 9112 section 4); `offset` counts from its first
    /// byte.
    case statusLine(offset: Int)

    /// 101 (Switching Protocols), which the client never requests.
    case protocolSwitch
    case tooManyInterimResponses(countMax: Int)

    /// The server closed its side before the response was complete.
    case incomplete

    init(_ error: GrammarError) { self = .message(RequestError(error)) }
}

extension ResponseError: CustomStringConvertible {
    /// The fault and its byte offset, for a log; never contains received bytes.
    package var description: String {
        switch self {
        case .message(let error): "\(error)"
        case .statusLine(let offset): "malformed status line at byte \(offset)"
        case .protocolSwitch: "unrequested switch to another protocol (status 101)"
        case .tooManyInterimResponses(let max): "more than \(max) interim responses"
        case .incomplete: "the connection ended before the response was complete"
        }
    }
}
