/// Why a request cannot be serialised.
///
/// Descriptions never contain the value of a field, which may be a secret.
package enum UnsendableRequest: Error, Equatable, Sendable {
    case method
    case target
    case host

    /// The field name is not a token; `index` is the position of the field, from 0.
    case fieldName(index: Int)
    case fieldValue(name: String)

    /// A field that only the serialiser sets.
    case reservedField(name: String)
}

extension UnsendableRequest: CustomStringConvertible {
    package var description: String {
        switch self {
        case .method: "the method is not a token"
        case .target: "the target is not a path with an optional query"
        case .host: "the host is not a host name or an IP address"
        case .fieldName(let index): "the name of field \(index) is not a token"
        case .fieldValue(let name): "the value of \(name) contains a control character"
        case .reservedField(let name): "\(name) cannot be set"
        }
    }
}

/// The head of a request as bytes, through the empty line.
///
/// `Host` comes first (RFC 9110 section 7.2), then the caller's fields in their order, then
/// `Content-Length` if there is a body or the method defines one (RFC 9110 section 8.6), or
/// `Transfer-Encoding: chunked`.
///
/// - Parameters:
///   - target: in origin-form (RFC 9112 section 3.2.1).
///   - host: the value of `Host`: a name or address, with its port unless it is the scheme's
///     default.
///   - fields: none of `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Expect`,
///     `Upgrade`, `TE`.
///   - bodyBytes: the length of the body; nil if it has the chunked transfer coding (RFC 9112
///     section 7.1).
package func serializeRequestHead(
    method: String,
    target: String,
    host: String,
    fields: [(name: String, value: String)],
    bodyBytes: Int?
) throws(UnsendableRequest) -> [UInt8] {
    guard isToken(method) else { throw .method }
    guard isOriginForm(target) else { throw .target }
    let hostBytes = Array(host.utf8)
    guard !hostBytes.isEmpty, hostBytes.span.isHost(hostBytes.indices) else { throw .host }
    var head = Array("\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n".utf8)
    for (index, field) in fields.enumerated() {
        guard isToken(field.name) else { throw .fieldName(index: index) }
        guard !reservedNames.contains(field.name.lowercased()) else {
            throw .reservedField(name: field.name)
        }
        guard isFieldValue(field.value.utf8.span) else {
            throw .fieldValue(name: field.name)
        }
        head.append(contentsOf: "\(field.name): \(field.value)\r\n".utf8)
    }
    if let bodyBytes {
        if bodyBytes > 0 || ["POST", "PUT", "PATCH"].contains(method) {
            head.append(contentsOf: "Content-Length: \(bodyBytes)\r\n".utf8)
        }
    } else {
        head.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
    }
    head.append(contentsOf: "\r\n".utf8)
    return head
}

/// Lowercase names of the fields that control message framing or the use of the connection.
private let reservedNames: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te",
]

private func isToken(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return !bytes.isEmpty && bytes.span.end(of: .token, in: bytes.indices) == bytes.count
}

/// `absolute-path [ "?" query ]` (RFC 9112 section 3.2.1).
private func isOriginForm(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.first == UInt8(ascii: "/") else { return false }
    // `query` includes the bytes of the path and `?`, so one scan covers both.
    return bytes.span.end(ofEscaped: .query, in: bytes.indices) == bytes.count
}
