package import HTTPCore

/// The head of a request, from its request line and its header lines.
package func requestHead(_ requestLine: String, _ lines: [String] = []) throws -> RequestHead {
    let text = ([requestLine, "Host: x"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
    return try parseRequestHead(Array(text.utf8), limits: HTTPLimits())
}
