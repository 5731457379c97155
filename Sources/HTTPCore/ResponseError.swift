/// Why what a server sent is no response that can be used.
///
/// The connection cannot be used any further: where the next response begins is not known.
package enum ResponseError: Error, Equatable, Sendable {
    /// A rule or limit that holds for requests as well is broken.
    case message(RequestError)

    /// The first line is no `status-line` (RFC 9112 section 4); `offset` counts from its first
    /// byte.
    case statusLine(offset: Int)

    /// 101 (Switching Protocols), which nobody asked for.
    case protocolSwitch
    case tooManyInterimResponses(countMax: Int)

    /// The server ended its side before the response was complete.
    case incomplete

    init(_ error: GrammarError) { self = .message(RequestError(error)) }
}

extension ResponseError: CustomStringConvertible {
    /// What is wrong and where, for a log; never what was received.
    package var description: String {
        switch self {
        case .message(let error): "\(error)"
        case .statusLine(let offset): "malformed status line at byte \(offset)"
        case .protocolSwitch: "switch to another protocol that was not asked for"
        case .tooManyInterimResponses(let max): "more than \(max) interim responses"
        case .incomplete: "the connection ended before the response was complete"
        }
    }
}
