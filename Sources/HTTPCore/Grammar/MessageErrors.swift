/// Why a request was rejected before it reached a handler.
///
/// The connection has to be closed: the start of the next request is unknown.
package enum RequestError: Error, Equatable, Sendable {
    /// `offset` counts from the first byte of the head, or of the body when it is chunked.
    case malformed(MalformedPart, offset: Int)

    /// A major version other than 1.
    case versionNotSupported
    case methodTooLong(bytesMax: Int)
    case targetTooLong(bytesMax: Int)
    case headTooLarge(bytesMax: Int)
    case tooManyFields(countMax: Int)
    case bodyTooLarge(bytesMax: Int)
    case trailersTooLarge(bytesMax: Int)
    case chunkExtensionsTooLarge(bytesMax: Int)

    init(_ error: GrammarError) { self = .malformed(error.part, offset: error.offset) }

    /// The status of the response, after which the connection is closed.
    package var status: Status {
        switch self {
        case .malformed: .badRequest
        case .versionNotSupported: .versionNotSupported
        // RFC 9112 section 3: the method is longer than any implemented one.
        case .methodTooLong: .notImplemented
        case .targetTooLong: .uriTooLong
        case .headTooLarge, .tooManyFields, .trailersTooLarge: .headerFieldsTooLarge
        case .bodyTooLarge, .chunkExtensionsTooLarge: .contentTooLarge
        }
    }
}

extension RequestError: CustomStringConvertible {
    /// The fault and its byte offset, for a log; never contains received bytes.
    package var description: String {
        switch self {
        case .malformed(let part, let offset): "malformed \(part.rawValue) at byte \(offset)"
        case .versionNotSupported: "HTTP version not supported, expected 1.0 or 1.1"
        case .methodTooLong(let max): "method longer than \(max) bytes"
        case .targetTooLong(let max): "request target longer than \(max) bytes"
        case .headTooLarge(let max): "head larger than \(max) bytes"
        case .tooManyFields(let max): "more than \(max) fields"
        case .bodyTooLarge(let max): "body larger than \(max) bytes"
        case .trailersTooLarge(let max): "trailers larger than \(max) bytes"
        case .chunkExtensionsTooLarge(let max): "chunk extensions larger than \(max) bytes"
        }
    }
}

/// The part of a message that violates the grammar; the raw value completes "malformed …".
package enum MalformedPart: String, CaseIterable, Sendable {
    case method = "method"
    case target = "request target"
    case version = "HTTP version"
    case lineEnding = "line ending (lines end with CR LF; CR and LF are not allowed elsewhere)"
    case controlCharacter = "line (control character)"
    case leadingWhitespace = "field line (begins with white space)"
    case fieldName = "field name"
    case host = "Host (exactly one valid Host is required)"
    case contentLength = "Content-Length (expected a single number)"
    case transferEncoding = "Transfer-Encoding (only \"chunked\" in HTTP/1.1 is supported)"
    case framing = "framing (both Content-Length and Transfer-Encoding)"
    case chunkSize = "chunk size"
    case chunkExtension = "chunk extension"
    case chunkEnd = "chunk (its data does not end with CR LF)"
}

/// A violation of the grammar that requests and responses share, with its location.
struct GrammarError: Error, Equatable, Sendable {
    let part: MalformedPart

    /// Counted from the first byte passed to the parser.
    let offset: Int

    init(_ part: MalformedPart, at offset: Int) {
        self.part = part
        self.offset = offset
    }
}

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
