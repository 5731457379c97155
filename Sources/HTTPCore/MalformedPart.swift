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
