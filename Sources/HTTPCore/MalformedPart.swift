/// The part of a message that breaks the grammar. The raw value completes "malformed …".
package enum MalformedPart: String, CaseIterable, Sendable {
    case method = "method"
    case target = "request target"
    case version = "HTTP version"
    case lineEnding = "line ending (a line ends with CR LF, and neither stands elsewhere)"
    case controlCharacter = "line (control character)"
    case leadingWhitespace = "field line (it begins with white space)"
    case fieldName = "field name"
    case host = "Host (one valid one is required)"
    case contentLength = "Content-Length (one number is allowed)"
    case transferEncoding = "Transfer-Encoding (one \"chunked\" is allowed, in HTTP/1.1)"
    case framing = "framing (both Content-Length and Transfer-Encoding)"
    case chunkSize = "chunk size"
    case chunkExtension = "chunk extension"
    case chunkEnd = "chunk (its data does not end with CR LF)"
}

/// Where bytes break the grammar that requests and responses share.
struct GrammarError: Error, Equatable, Sendable {
    let part: MalformedPart

    /// Counted from the first byte of what was parsed.
    let offset: Int

    init(_ part: MalformedPart, at offset: Int) {
        self.part = part
        self.offset = offset
    }
}
